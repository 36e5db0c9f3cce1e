//! The public open-space feed, `/api/public/v3`: the fields of ParkAPI v3.
//!
//! Unknown facts are left out. A count older than the feed's age limit, or one that is not trusted, is not published:
//! `has_realtime_data` is false, `realtime_opening_status` is `UNKNOWN` and the other `realtime_*` keys are missing.
//! "No data" is not 0.

mod facts;
mod source;

use std::time::Duration;

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use facts::{ExternalIdentifier, IdentifierType, PublishedSpec, SiteType, SourceSpec, SupervisionType};
pub use source::{FeedSource, FeedSources, SourceStatus};

/// An older count is "no data": in the feed by default, and on signs.
pub const COUNT_MAX_AGE: Duration = Duration::from_secs(3 * 60);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParkingSites {
    pub items: Vec<ParkingSite>,
    pub total_count: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_path: Option<String>,
    /// Seconds. A reader without a response for this long shows "no data".
    pub realtime_max_age_s: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParkingSite {
    pub id: i64,
    pub source_id: i64,
    pub original_uid: String,
    pub name: String,
    pub name_en: String,
    pub operator_name: String,
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<SiteType>,
    pub purpose: SitePurpose,
    pub has_realtime_data: bool,
    /// WGS-84 degrees.
    pub lat: f64,
    pub lon: f64,
    pub capacity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_fee: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_description: Option<String>,
    /// Centimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_covered: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_lighting: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervision_type: Option<SupervisionType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_identifiers: Vec<ExternalIdentifier>,
    /// OpenStreetMap syntax, at most 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_capacity: Option<u32>,
    /// Never negative, never above capacity. 0 while the public may not enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_free_capacity: Option<u32>,
    pub realtime_opening_status: OpeningStatus,
    /// Time of the last confirmation of the count, accurate to two minutes or better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_data_updated_at: Option<Timestamp>,
    /// Time of the last change of a key that is not a realtime one.
    pub static_data_updated_at: Timestamp,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// `GET /api/public/v3/parking-sites/{id}/history`: newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteHistory {
    pub items: Vec<SiteSample>,
    /// Total of all pages.
    pub total_count: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_path: Option<String>,
}

/// The published values at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteSample {
    /// Ascending by time; `start` of a page is such an id.
    pub id: i64,
    pub parking_site_id: i64,
    pub capacity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_capacity: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_free_capacity: Option<u32>,
    pub realtime_opening_status: OpeningStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_data_updated_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SitePurpose {
    Car,
    Bike,
    Motorcycle,
    Item,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OpeningStatus {
    Open,
    Closed,
    Unknown,
}
