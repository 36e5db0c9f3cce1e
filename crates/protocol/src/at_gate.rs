//! Cars that stand before a barrier which has stayed down, and how a driver names the own one.

use domain::access::{Audience, Reason};
use domain::ids::{GarageId, LaneId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::OrderState;

/// `GET /api/operator/v1/garages/{garage}/waiting-cars`: one per lane at most, the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCars {
    pub items: Vec<WaitingCar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCar {
    pub lane: LaneId,
    pub since: Timestamp,
    /// As the camera has read it, if that is a plate.
    pub plate: Option<String>,
    pub confidence: u8,
    /// Why the barrier has stayed down.
    pub reason: Reason,
    /// Up to three plates that are expected today and that the reading resembles, the nearest first.
    pub candidates: Vec<ExpectedCar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedCar {
    pub plate: String,
    pub audience: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_from: Option<Timestamp>,
}

/// `POST .../gate-entries`; `Idempotency-Key` header required: a driver stands before this lane's barrier, with the car of this plate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewGateEntry {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub garage: GarageId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub lane: LaneId,
    /// One of the own plates.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub plate_id: Uuid,
}

/// What became of it. The same key again asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateEntry {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: Uuid,
    pub state: OrderState,
    /// Nothing opens after that.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub expires_at: Timestamp,
}
