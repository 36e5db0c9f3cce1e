//! Remote orders: an operator opens a lane's barrier or ends a fire alarm. They go from the console through the server to the gateway.
//!
//! `GET /gateway/v1/orders?run=RUN&wait_ms=N` and `POST /gateway/v1/orders/{id}` with the gateway's token. The server gives an
//! order to one run of a gateway only. That run receives it again with each request until it reports a result, so a lost response does no
//! harm. A restarted gateway never receives an order that the earlier run may have carried out.

use domain::ids::LaneId;
use domain::plate::Plate;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Limit of `wait_ms` in a gateway's long poll; larger values are reduced to it.
pub const MAX_WAIT_MS: u64 = 25_000;

/// Response to `GET /gateway/v1/orders`: orders to carry out now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingRemoteOrders {
    pub v: u8,
    /// Time for which the server has held the request. It bounds the age of the response without a comparison of clocks.
    pub waited_ms: u64,
    pub orders: Vec<RemoteOpening>,
    /// Orders to end the fire alarm. They are in a separate list, so that a gateway of an earlier version opens nothing for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fire_ends: Vec<FireEndOrder>,
}

/// Ends the garage's fire alarm, or that of one lane, up to the state that the operator saw. A named fire input that is on keeps the alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FireEndOrder {
    pub id: Uuid,
    /// Absent: the alarm of the whole garage. Else the lane whose device reports fire and is no fire input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// By the gateway's clock: `last_at` of the alarm on the operator's screen, else its `since`. The gateway refuses the order if fire
    /// was reported after it.
    pub through: Timestamp,
    /// Remaining lifetime in ms when the response was generated.
    pub expires_in_ms: u64,
}

/// A remote opening of one lane. Operator and reason stay at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemoteOpening {
    pub id: Uuid,
    pub lane: LaneId,
    /// Plate named by a person; the gateway records it as a reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<Plate>,
    /// Remaining lifetime in ms when the response was generated.
    pub expires_in_ms: u64,
}

/// `POST /gateway/v1/orders/{id}`: the result of an order at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemoteOrderOutcome {
    pub state: RemoteOrderResult,
    /// Present with `refused`, and with `opened` if the result is doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<RemoteOrderCause>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemoteOrderResult {
    /// The open command was sent within the order's lifetime, or the device confirmed it. The boom's position is not known.
    Opened,
    Refused,
    /// The order arrived too late; nothing was opened.
    Expired,
    /// The fire alarm is ended.
    FireEnded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemoteOrderCause {
    /// With `opened`: the command was sent, but the device has been silent for some time.
    DeviceSilent,
    /// The gateway cannot send an open command: the make opens only in response to a reading, and no opener is configured.
    OnlyAnswers,
    /// The open request failed or was not confirmed.
    DeviceFailed,
    /// The MQTT broker could not be reached.
    BrokerAway,
    /// The gateway's configuration has no such lane.
    NoSuchLane,
    /// No fire alarm is active.
    NoFire,
    /// A named fire input is still on. Only the input itself ends the alarm.
    FireInputOn,
    /// A fire input has reported fire again since the operator's screen was made.
    FireAgain,
    /// Any other cause, also of a newer version.
    #[serde(other)]
    Other,
}

/// `POST /api/operator/v1/garages/{garage}/open-orders`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRemoteOpening {
    pub lane: LaneId,
    /// 2 to 200 characters.
    pub reason: String,
    /// Plate of the car. The opening then counts as a reading of that plate: with visit, count and arrival.
    #[serde(default)]
    pub plate: Option<String>,
}

/// `POST /api/operator/v1/garages/{garage}/fire-ends`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFireEnd {
    /// `last_at` of the fire alarm as the operator saw it, else its `since`.
    pub through: Timestamp,
    /// The lane with the alarm `fire_at_lane`; absent: the alarm of the whole garage.
    #[serde(default)]
    pub lane: Option<LaneId>,
    /// 2 to 200 characters.
    pub reason: String,
}

/// Action of a remote order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemoteOrderAction {
    /// Opens a lane's barrier.
    #[default]
    Open,
    /// Ends the garage's fire alarm.
    EndFire,
}

/// `GET /api/operator/v1/garages/{garage}/open-orders`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemoteOrderEntry {
    pub id: Uuid,
    #[serde(default)]
    pub action: RemoteOrderAction,
    /// Absent with an `end_fire` that concerns the whole garage.
    pub lane: Option<LaneId>,
    pub reason: String,
    /// Absent if none was named, and after its retention time.
    pub plate: Option<String>,
    /// The operator's name; absent for a driver who scanned the lane's code.
    pub operator: Option<String>,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: RemoteOrderState,
    pub cause: Option<RemoteOrderCause>,
    /// Time at which the gateway reported the result.
    pub ended_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemoteOrderState {
    /// The gateway has not fetched it yet.
    Waiting,
    /// The gateway has fetched it.
    Taken,
    Opened,
    Refused,
    /// The gateway did not fetch it in time; nothing was opened.
    Expired,
    /// The gateway fetched it and has not reported a result in time.
    Unknown,
    /// The fire alarm is ended.
    FireEnded,
}

impl From<RemoteOrderResult> for RemoteOrderState {
    fn from(ended: RemoteOrderResult) -> Self {
        match ended {
            RemoteOrderResult::Opened => Self::Opened,
            RemoteOrderResult::Refused => Self::Refused,
            RemoteOrderResult::Expired => Self::Expired,
            RemoteOrderResult::FireEnded => Self::FireEnded,
        }
    }
}
