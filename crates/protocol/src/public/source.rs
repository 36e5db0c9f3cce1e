//! `GET /api/public/v3/sources`: publisher and licence of the feed.

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A list with one source: the district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedSources {
    pub items: Vec<FeedSource>,
    pub total_count: i64,
}

/// Also `GET /api/public/v3/sources/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedSource {
    pub id: i64,
    pub uid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution_license: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution_contributor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution_url: Option<String>,
    pub static_status: SourceStatus,
    pub realtime_status: SourceStatus,
    /// The newest value of all sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_data_updated_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_data_updated_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SourceStatus {
    /// Sites exist, but none has data now.
    Provisioned,
    Active,
}
