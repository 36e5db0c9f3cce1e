//! The public open-space feed, `GET /api/public/v3/parking-sites`: the fields of ParkAPI v3.
//!
//! Keys that are not known are left out. Realtime keys older than [`REALTIME_MAX_AGE`] are left out as well and
//! `has_realtime_data` is false: "no data" is not 0.

use std::time::Duration;

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

pub const REALTIME_MAX_AGE: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkingSites {
    pub items: Vec<ParkingSite>,
    pub total_count: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_path: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkingSite {
    pub id: i64,
    pub source_id: i64,
    pub original_uid: String,
    pub name: String,
    pub operator_name: String,
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub r#type: SiteType,
    pub purpose: Purpose,
    pub has_fee: bool,
    pub has_realtime_data: bool,
    /// WGS-84 degrees.
    pub lat: f64,
    pub lon: f64,
    pub capacity: u32,
    /// OpenStreetMap syntax, such as `Mo-Fr 18:00-07:30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_capacity: Option<u32>,
    /// Never negative, never above capacity. 0 while the public may not enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_free_capacity: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_opening_status: Option<OpeningStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_data_updated_at: Option<Timestamp>,
    pub static_data_updated_at: Timestamp,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SiteType {
    Underground,
    CarPark,
    OffStreetParkingGround,
    OnStreet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    Car,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OpeningStatus {
    Open,
    Closed,
    Unknown,
}
