//! The feed's part of a district file: facts of a garage, and the district as a source of data.

use serde::{Deserialize, Serialize};

/// `published` of a garage. What is left out is not known and is not published. Without `published` the facts stay as they are.
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

/// `source` of a district file: who publishes the data, and under which licence. Without it the source stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// By which readers of several feeds know this one, such as `qingdao-shinan`.
    pub uid: String,
    pub name: String,
    /// Where people read about the data.
    pub public_url: String,
    /// Such as `CC BY 4.0`.
    #[serde(default)]
    pub license: Option<String>,
    /// The name that readers show.
    #[serde(default)]
    pub contributor: Option<String>,
    #[serde(default)]
    pub attribution_url: Option<String>,
}

/// ParkAPI's types of sites: the first four and the last are for cars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Cars can be parked there.
    pub fn is_for_cars(self) -> bool {
        use SiteType::{CarPark, OffStreetParkingGround, OnStreet, Other, Underground};
        matches!(self, OnStreet | OffStreetParkingGround | Underground | CarPark | Other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SupervisionType {
    Yes,
    No,
    Video,
    Attended,
}

/// What another register calls the garage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalIdentifier {
    pub r#type: IdentifierType,
    pub value: String,
}

/// ParkAPI knows no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentifierType {
    /// Such as `way/123`.
    Osm,
    Dhid,
}
