//! Cars that wait at a closed barrier, and the request with which a driver registers a plate at the gate.

use domain::access::{Audience, DenialReason};
use domain::ids::{GarageId, LaneId, VehicleId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::RemoteOrderState;

/// `GET /api/operator/v1/garages/{garage}/waiting-cars`: at most one car per lane, the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingCars {
    pub items: Vec<WaitingCar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingCar {
    pub lane: LaneId,
    pub since: Timestamp,
    /// The camera's reading, if it is a valid plate.
    pub plate: Option<String>,
    pub confidence: u8,
    /// Reason for which the barrier did not open.
    pub reason: DenialReason,
    /// Up to three plates expected today that resemble the reading, most similar first.
    pub candidates: Vec<ExpectedCar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpectedCar {
    pub plate: String,
    pub audience: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_from: Option<Timestamp>,
}

/// `POST .../gate-entries`; `Idempotency-Key` header required. A driver requests entry at a lane's barrier for an own plate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewGateEntry {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub garage: GarageId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub lane: LaneId,
    /// Id of one of the caller's own plates.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub plate_id: VehicleId,
}

/// State of a gate entry. A request with the same key returns the current state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateEntry {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: Uuid,
    pub state: RemoteOrderState,
    /// The barrier does not open for this entry after this time.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub expires_at: Timestamp,
}
