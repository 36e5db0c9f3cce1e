//! The native MQTT protocol between gate controllers and the gateway, version 1 (`docs/mqtt.md`).
//!
//! MQTT's own acknowledgements end at the broker, so the protocol has its own: a controller keeps an event
//! until an [`EventAck`] names its id (invariant 2). Payloads are JSON; unknown fields are ignored, so that
//! fields can be added; none is ever renamed.

use domain::access::AccessDecision;
use domain::ids::{DeviceId, EventId, GarageId, IdError};
pub use domain::lane_event::EventKind;
use domain::plate::{Plate, PlateAsRead};
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::public::COUNT_MAX_AGE;

/// Version in every payload's `v`.
pub const VERSION: u8 = 1;

/// Largest event payload a gateway reads; a real event has some 300 bytes.
pub const MAX_EVENT_BYTES: usize = 8 * 1024;

/// Lifetime of an open command after its issue, in ms (invariant 6).
pub const OPEN_TTL_MS: u32 = 8_000;

/// Topic of one direction of one controller, or of a garage's signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MqttTopic {
    /// Controller to gateway: an event at the lane.
    Event(GarageId, DeviceId),
    /// Controller to gateway: heartbeat.
    Status(GarageId, DeviceId),
    /// Gateway to controller: open the barrier, show a text.
    Command(GarageId, DeviceId),
    /// Gateway to controller: events that are on disk, and events that were rejected.
    Ack(GarageId, DeviceId),
    /// Gateway to guidance signs, retained.
    OpenSpaces(GarageId),
    /// A gateway's self-test; the gateway is sender and receiver.
    Probe(GarageId),
}

/// Why a topic name does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MqttTopicError {
    #[error("not a topic of parking/v1")]
    Unknown,
    #[error("topic names a garage or device that cannot be")]
    Id(#[from] IdError),
}

const PREFIX: &str = "parking/v1";

impl MqttTopic {
    pub fn parse(topic: &str) -> Result<Self, MqttTopicError> {
        let mut levels = topic
            .strip_prefix(PREFIX)
            .and_then(|t| t.strip_prefix('/'))
            .ok_or(MqttTopicError::Unknown)?
            .split('/');
        let (Some(garage), Some(second), third, None) =
            (levels.next(), levels.next(), levels.next(), levels.next())
        else {
            return Err(MqttTopicError::Unknown);
        };
        let garage = GarageId::parse(garage)?;
        let Some(verb) = third else {
            return match second {
                "open-spaces" => Ok(Self::OpenSpaces(garage)),
                "probe" => Ok(Self::Probe(garage)),
                _ => Err(MqttTopicError::Unknown),
            };
        };
        let device = DeviceId::parse(second)?;
        match verb {
            "event" => Ok(Self::Event(garage, device)),
            "status" => Ok(Self::Status(garage, device)),
            "command" => Ok(Self::Command(garage, device)),
            "ack" => Ok(Self::Ack(garage, device)),
            _ => Err(MqttTopicError::Unknown),
        }
    }

    /// Topic filters that the gateway of a garage subscribes to.
    pub fn gateway_filters(garage: &GarageId) -> [String; 2] {
        [format!("{PREFIX}/{garage}/+/event"), format!("{PREFIX}/{garage}/+/status")]
    }
}

impl std::fmt::Display for MqttTopic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(g, d) => write!(f, "{PREFIX}/{g}/{d}/event"),
            Self::Status(g, d) => write!(f, "{PREFIX}/{g}/{d}/status"),
            Self::Command(g, d) => write!(f, "{PREFIX}/{g}/{d}/command"),
            Self::Ack(g, d) => write!(f, "{PREFIX}/{g}/{d}/ack"),
            Self::OpenSpaces(g) => write!(f, "{PREFIX}/{g}/open-spaces"),
            Self::Probe(g) => write!(f, "{PREFIX}/{g}/probe"),
        }
    }
}

/// Permissions of one MQTT user. The permission files of all brokers are generated from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttPermissions {
    pub username: String,
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl MqttPermissions {
    /// A controller: only its own four topics. The user name is `garage.device`.
    pub fn device(garage: &GarageId, device: &DeviceId) -> Self {
        let topic =
            |make: fn(GarageId, DeviceId) -> MqttTopic| make(garage.clone(), device.clone()).to_string();
        Self {
            username: format!("{garage}.{device}"),
            publish: vec![topic(MqttTopic::Event), topic(MqttTopic::Status)],
            subscribe: vec![topic(MqttTopic::Command), topic(MqttTopic::Ack)],
        }
    }

    /// The gateway of a garage. The user name is `garage.gateway`: no device may be called `gateway` or `sign`.
    pub fn gateway(garage: &GarageId) -> Self {
        Self {
            username: format!("{garage}.gateway"),
            publish: vec![
                format!("{PREFIX}/{garage}/+/command"),
                format!("{PREFIX}/{garage}/+/ack"),
                MqttTopic::OpenSpaces(garage.clone()).to_string(),
                MqttTopic::Probe(garage.clone()).to_string(),
            ],
            subscribe: MqttTopic::gateway_filters(garage)
                .into_iter()
                .chain([MqttTopic::Probe(garage.clone()).to_string()])
                .collect(),
        }
    }

    /// Guidance signs of a garage: read the open spaces.
    pub fn sign(garage: &GarageId) -> Self {
        Self {
            username: format!("{garage}.sign"),
            publish: Vec::new(),
            subscribe: vec![MqttTopic::OpenSpaces(garage.clone()).to_string()],
        }
    }
}

fn version() -> u8 {
    VERSION
}

fn full_confidence() -> u8 {
    100
}

/// Controller to gateway, QoS 1, topic `.../event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerEvent {
    #[serde(default = "version")]
    pub v: u8,
    pub event_id: EventId,
    pub kind: EventKind,
    /// As the camera read it; `null` or absent when it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<PlateAsRead>,
    /// Percent, 0 to 100.
    #[serde(default = "full_confidence")]
    pub confidence: u8,
    /// Device time: the controller's clock at the event.
    pub occurred_at: Timestamp,
    /// Milliseconds between the event and this publish, by the controller's monotonic clock; 0 when live.
    /// An event older than the open command's time to live is recorded and opens nothing.
    #[serde(default)]
    pub age_ms: u64,
    /// Related event of the same car; [`EventKind`] states which event it is.
    #[serde(default, rename = "of", skip_serializing_if = "Option::is_none")]
    pub related_event_id: Option<EventId>,
    /// For `plate`: further details of the vehicle from the camera.
    #[serde(default, skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
}

impl ControllerEvent {
    /// The plate, if the camera read one.
    pub fn car_plate(&self) -> Option<&Plate> {
        self.plate.as_ref().and_then(PlateAsRead::plate)
    }
}

/// Gateway to controller, QoS 1, never retained, topic `.../command`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerCommand {
    pub v: u8,
    pub command_id: String,
    /// The event that caused the command; a controller opens at most once per event. A remote opening has no event: then it is `order:` and
    /// the order's id.
    pub event_id: EventId,
    /// Id of a remote opening; a controller opens at most once per order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Uuid>,
    pub command: ControllerCommandKind,
    pub issued_at: Timestamp,
    /// Lifetime after `issued_at`; the controller drops a command that arrives later.
    pub ttl_ms: u32,
    /// The gateway's decision, with its reason.
    pub decision: AccessDecision,
    pub display: DisplayContent,
}

/// Action of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerCommandKind {
    /// Raise the barrier and show the text.
    Open,
    /// Only show the text.
    Show,
}

/// Content of the lane's LED display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayContent {
    pub plate: String,
    pub text: String,
}

/// Gateway to controller, QoS 1, topic `.../ack`: events that the controller may delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventAck {
    pub v: u8,
    /// Events on the gateway's disk.
    #[serde(default)]
    pub event_ids: Vec<EventId>,
    /// Events stored as dead letters. The controller must not send them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<RejectedEvent>,
}

/// An event that was not accepted, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedEvent {
    /// Absent if the payload has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    pub code: RejectCode,
    /// One sentence with the field at fault.
    pub detail: String,
}

/// Why a message became a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejectCode {
    TooLarge,
    NotJson,
    Field,
    ImpossibleTime,
    ImpossiblePlate,
    UnknownDevice,
    UnknownTopic,
    UnsupportedVersion,
    /// A device of this garage used a path or a method that its make does not have.
    WrongAddress,
    /// A device of another make sent a message that its driver does not understand.
    NotUnderstood,
}

/// Controller to gateway, QoS 0 or 1, topic `.../status`, every 10 s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerStatus {
    #[serde(default = "version")]
    pub v: u8,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Events that the controller has stored and that are not acknowledged yet.
    #[serde(default)]
    pub pending_events: u32,
    /// The barrier is held open by a switch, a timetable or a person; every car passes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_open: bool,
}

/// Gateway to guidance signs, QoS 1, retained, topic `.../open-spaces`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSpaces {
    pub v: u8,
    pub garage: GarageId,
    pub capacity: u32,
    /// `null`: no data, which is not 0.
    pub open: Option<u32>,
    pub at: Timestamp,
    /// Seconds after `at` for which `open` may be shown. A sign without a clock counts from the receipt of a message that was not retained.
    #[serde(default = "open_spaces_max_age_s")]
    pub max_age_s: u64,
}

fn open_spaces_max_age_s() -> u64 {
    COUNT_MAX_AGE.as_secs()
}

impl OpenSpaces {
    /// "No data": the gateway's will, which the broker publishes when the gateway disconnects.
    pub fn unknown(garage: GarageId, at: Timestamp) -> Self {
        Self { v: VERSION, garage, capacity: 0, open: None, at, max_age_s: COUNT_MAX_AGE.as_secs() }
    }
}
