//! An operator's order to open a lane's barrier or to end a fire alarm, on its way from the console over the server to the gateway and back.
//!
//! `GET /gateway/v1/orders?run=RUN&wait_ms=N` and `POST /gateway/v1/orders/{id}` with the gateway's token. An order is handed to one run of a
//! gateway only, as often as that run asks: an answer that got lost comes again, and a gateway that was started anew gets nothing that
//! the one before may have done.

use domain::ids::LaneId;
use domain::plate::Plate;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest wait of a gateway's question; more is taken as that.
pub const MAX_WAIT_MS: u64 = 25_000;

/// What a gateway is to open now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    pub v: u8,
    /// How long the server has held the question. With it the gateway knows how old the answer can be at most, without comparing clocks.
    pub waited_ms: u64,
    pub orders: Vec<Order>,
    /// Orders to end the fire alarm. They are a list of their own, so that a gateway of an earlier version opens nothing for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fire_ends: Vec<FireEndOrder>,
}

/// Ends the garage's fire alarm as far as a person has seen it. An input that still reports fire keeps the alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FireEndOrder {
    pub id: Uuid,
    /// By the gateway's clock: [`crate::alarm::GatewayAlarm::last_at`] of the alarm on the operator's screen, else its `since`. The
    /// gateway refuses the order if an input has reported fire after it.
    pub through: Timestamp,
    /// Remaining lifetime in ms when the response was generated.
    pub expires_in_ms: u64,
}

/// Who ordered it and why stays at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: Uuid,
    pub lane: LaneId,
    /// Whose car it is, where a person has said so: it is recorded as read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<Plate>,
    /// Of its life, when the answer was made.
    pub expires_in_ms: u64,
}

/// What became of an order at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub state: Ended,
    /// With `refused`, and with `opened` where something is not as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The device was told to open within the order's life, or has said that it did. Whether the boom has moved nobody knows.
    Opened,
    Refused,
    /// It came too late, and nothing was opened.
    Expired,
    /// The fire alarm is ended.
    FireEnded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// With `opened`: it was told, but has not been heard of for some time.
    DeviceSilent,
    /// This make opens only by the answer to a reading.
    OnlyAnswers,
    /// It was asked and has not said that it opened.
    DeviceFailed,
    /// The way to the device is down.
    BrokerAway,
    /// The gateway's configuration has no such lane.
    NoSuchLane,
    /// No fire alarm holds.
    NoFire,
    /// A fire input is still on. Only the input itself ends the alarm.
    FireInputOn,
    /// A fire input has reported fire again since the operator's screen was made.
    FireAgain,
    /// Of a newer gateway.
    #[serde(other)]
    Other,
}

/// `POST /api/operator/v1/garages/{garage}/open-orders`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOpenOrder {
    pub lane: LaneId,
    /// 2 to 200 characters.
    pub reason: String,
    /// Whose car it is: then it counts, and those who wait for it hear of it, as if the camera had read that plate.
    #[serde(default)]
    pub plate: Option<String>,
}

/// `POST /api/operator/v1/garages/{garage}/fire-ends`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFireEnd {
    /// `last_at` of the garage's fire alarm as the operator saw it, else its `since`.
    pub through: Timestamp,
    /// 2 to 200 characters.
    pub reason: String,
}

/// What an order asks of the gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAction {
    /// Opens a lane's barrier.
    #[default]
    Open,
    /// Ends the garage's fire alarm.
    EndFire,
}

/// `GET /api/operator/v1/garages/{garage}/open-orders`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOrder {
    pub id: Uuid,
    #[serde(default)]
    pub action: OrderAction,
    /// Absent with `end_fire`, which concerns the whole garage.
    pub lane: Option<LaneId>,
    pub reason: String,
    /// Absent also once it is forgotten.
    pub plate: Option<String>,
    /// The name of who ordered it; absent: a driver who scanned the lane's code.
    pub operator: Option<String>,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: OrderState,
    pub cause: Option<Cause>,
    /// When the gateway said what became of it.
    pub ended_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The gateway has not asked for it yet.
    Waiting,
    /// The gateway has it.
    Taken,
    Opened,
    Refused,
    /// The gateway did not get it in time, and nothing was opened.
    Expired,
    /// The gateway got it and has not said what became of it.
    Unknown,
    /// The fire alarm is ended.
    FireEnded,
}

impl From<Ended> for OrderState {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Opened => Self::Opened,
            Ended::Refused => Self::Refused,
            Ended::Expired => Self::Expired,
            Ended::FireEnded => Self::FireEnded,
        }
    }
}
