//! Reservations in the operator console: clearing list, a day's timeline, strikes and blocks.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::BookStrikeKind;
use domain::ids::{PoolId, ReservationId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Reservation;

/// `GET /api/operator/v1/garages/{garage}/clearing?by`: cars that must have left by then. Each read of plates is audited.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClearingList {
    pub by: Timestamp,
    /// Number of spaces that pickup will need then and that other audiences still occupy.
    pub missing: u32,
    pub cars: Vec<Reservation>,
}

/// `GET /api/operator/v1/garages/{garage}/timeline?day`: data of a day's chart.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayTimeline {
    pub day: NaiveDate,
    pub pools: Vec<PoolTimeline>,
    pub reservations: Vec<Reservation>,
    /// The count of cars inside at each change; gaps are "no data".
    pub occupied: Vec<OccupancyPoint>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolTimeline {
    pub pool: PoolId,
    pub name: String,
    pub name_en: String,
    pub size: u32,
    /// At each change during the day.
    pub levels: Vec<PoolLevel>,
}

/// Levels of a pool from this minute on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolLevel {
    pub from: Timestamp,
    /// Number of spaces taken by each audience.
    pub taken: Vec<(Audience, u32)>,
    /// Number of spaces kept for pickup and not taken.
    pub kept: u32,
    pub out_of_service: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OccupancyPoint {
    pub at: Timestamp,
    pub occupied: i64,
}

/// `GET /api/operator/v1/garages/{garage}/blocks`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlateBlockList {
    pub blocks: Vec<PlateBlockEntry>,
    pub strikes: Vec<PlateStrikeEntry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlateBlockEntry {
    pub id: Uuid,
    pub plate: String,
    pub reason: String,
    /// True if the strike rule made it, false if an operator did.
    pub by_rule: bool,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

/// `POST .../blocks`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlateBlockRequest {
    pub plate: String,
    /// At least 2 characters.
    pub reason: String,
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// A recorded breach of a rule. Lifting it needs a reason (`POST .../strikes/{id}/lift`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlateStrikeEntry {
    pub id: Uuid,
    pub reservation: ReservationId,
    pub plate: Option<String>,
    pub kind: BookStrikeKind,
    pub at: Timestamp,
    pub lifted_at: Option<Timestamp>,
    pub lift_reason: Option<String>,
}

/// `POST .../strikes/{id}/lift`, `DELETE .../blocks/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LiftReason {
    pub reason: String,
}
