//! Alternatives to a stay without a free space.

use domain::access::Audience;
use domain::ids::GarageId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Alternatives to a stay without a free space. Also part of a `full` problem, as `help`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReservationAlternatives {
    /// The next start at which this garage has a space for a stay of this length.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub next_start: Option<Timestamp>,
    /// Number of waiting-list entries for overlapping times.
    pub waiting: u32,
    /// Nearby garages with a space for the same time, nearest first, at most five.
    pub alternatives: Vec<AlternativeGarage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlternativeGarage {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "shelter-east"))]
    pub garage: GarageId,
    pub name: String,
    pub name_en: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    /// Straight-line distance.
    pub distance_metres: u32,
    pub free: u32,
}
