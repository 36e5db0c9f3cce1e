//! The feed's part of a district file: facts of a garage, and the district as a data source.

use serde::{Deserialize, Serialize};

/// `published` of a garage. An absent fact is unknown and is not published. Without `published` the stored facts stay unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishedSpec {
    /// False: the garage is not in the feed, nor on the drivers' page.
    pub listed: bool,
    pub r#type: Option<SiteType>,
    pub has_fee: Option<bool>,
    /// For people, at most 4,096 characters.
    pub fee_description: Option<String>,
    /// 100 to 1,000.
    pub max_height_cm: Option<u32>,
    /// 100 to 1,000.
    pub max_width_cm: Option<u32>,
    pub is_covered: Option<bool>,
    pub has_lighting: Option<bool>,
    pub supervision: Option<SupervisionType>,
    /// `http:` or `https:`.
    pub public_url: Option<String>,
    /// Such as `+86 532 8888 0000`.
    pub phone: Option<String>,
    /// Each type once, or several values of one type.
    pub external_identifiers: Vec<ExternalIdentifier>,
}

impl Default for PublishedSpec {
    fn default() -> Self {
        Self {
            listed: true,
            r#type: None,
            has_fee: None,
            fee_description: None,
            max_height_cm: None,
            max_width_cm: None,
            is_covered: None,
            has_lighting: None,
            supervision: None,
            public_url: None,
            phone: None,
            external_identifiers: Vec::new(),
        }
    }
}

/// `source` of a district file: publisher and licence of the data. Without it the stored source stays unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// Identifies this feed to readers of several feeds, such as `qingdao-shinan`.
    pub uid: String,
    pub name: String,
    /// Page that describes the data.
    pub public_url: String,
    /// Such as `CC BY 4.0`.
    #[serde(default)]
    pub license: Option<String>,
    /// Name for display by readers.
    #[serde(default)]
    pub contributor: Option<String>,
    #[serde(default)]
    pub attribution_url: Option<String>,
}

/// ParkAPI's site types. The first four and the last are for cars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SiteType {
    OnStreet,
    OffStreetParkingGround,
    Underground,
    CarPark,
    WallLoops,
    SafeWallLoops,
    Stands,
    Lockers,
    Shed,
    TwoTier,
    Building,
    Floor,
    Lockbox,
    Other,
}

impl SiteType {
    /// Whether cars can park at such a site.
    pub fn is_for_cars(self) -> bool {
        use SiteType::{CarPark, OffStreetParkingGround, OnStreet, Other, Underground};
        matches!(self, OnStreet | OffStreetParkingGround | Underground | CarPark | Other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SupervisionType {
    Yes,
    No,
    Video,
    Attended,
}

/// The garage's id in another register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExternalIdentifier {
    pub r#type: IdentifierType,
    pub value: String,
}

/// ParkAPI has no other types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentifierType {
    /// Such as `way/123`.
    Osm,
    Dhid,
}
