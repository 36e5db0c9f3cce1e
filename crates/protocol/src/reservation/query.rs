//! Query strings of the requests about shared spaces.

use domain::access::Audience;
use domain::ids::PoolId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET .../garages?audience`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct SharedGaragesQuery {
    /// Only garages in which the caller may reserve under this audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "public"))]
    pub audience: Option<Audience>,
}

/// `GET .../garages/{garage}/quote?audience&starts_at&ends_at[&pool]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ReservationQuoteQuery {
    #[cfg_attr(feature = "openapi", param(value_type = String, example = "public"))]
    pub audience: Audience,
    /// Whole minutes, RFC 3339.
    #[cfg_attr(feature = "openapi", param(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    #[cfg_attr(feature = "openapi", param(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    /// Absent: any pool of the garage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "main"))]
    pub pool: Option<PoolId>,
}

/// `GET .../garages/{garage}/forecast?audience&from&hours`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PoolForecastQuery {
    /// Absent: `public`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "public"))]
    pub audience: Option<Audience>,
    /// Absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, format = DateTime))]
    pub from: Option<Timestamp>,
    /// 1 to 72; absent: 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
}

/// `GET .../reservations?cursor`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ReservationPageQuery {
    /// `next` of the previous page; absent: the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
