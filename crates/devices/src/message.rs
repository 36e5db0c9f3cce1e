//! A decoded device message, in the same form for every make.

use std::collections::BTreeSet;

use domain::device::DeviceQuirk;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::Serialize;

use crate::confidence::ReadingConfidence;

/// One decoded message. Decoding never fails: undecodable content is [`MessageContent::NotUnderstood`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceMessage {
    /// Serial number or similar, as claimed by the message. Any client that reaches the gateway can forge it: compare it, never trust it.
    pub serial: Option<String>,
    /// Channel, line or camera name, where one address serves several lanes; in the format of the lane's configured `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// In the order of the message; never empty.
    pub contents: Vec<MessageContent>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub quirks: BTreeSet<DeviceQuirk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageContent {
    /// A vehicle stands at the barrier; its plate was read or not.
    Reading(PlateReading),
    /// An event of a vehicle, the barrier or an input.
    Signal(LaneSignal),
    /// The device is alive.
    Health(DeviceHealth),
    /// A known message of this make that is no reading, with its kind.
    NoReading(&'static str),
    /// A message of unknown kind, or one that the driver cannot decode.
    NotUnderstood(UnknownContent),
}

/// A vehicle at the barrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlateReading {
    /// An event id made by [`crate::event_key`]: a repetition of a reading has the same key, another reading has another key.
    pub key: String,
    /// Normalised text without a leading colour; `None` if the device saw no plate.
    pub plate: Option<String>,
    pub confidence: ReadingConfidence,
    #[serde(skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// Device time; `None` if the message has none, or an unreadable one.
    pub occurred_at: Option<Timestamp>,
    /// The device stored the reading while it had no connection: the vehicle has left since.
    pub is_retransmission: bool,
    /// The device opened the barrier by its own list.
    pub is_opened_by_device: bool,
    /// For makes that send stored readings one by one: the number in the response that requests the next.
    pub resume_after: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneSignal {
    /// As [`PlateReading::key`].
    pub key: String,
    pub kind: SignalKind,
    pub occurred_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// The vehicle has passed the barrier.
    Passed,
    /// The vehicle has left the lane backwards.
    Reversed,
    /// A second vehicle has passed behind the first.
    Tailgated,
    /// A vehicle stands in the lane for too long.
    Stuck,
    /// No vehicle stands in the lane any more.
    Free,
    /// An electric input has changed; the configuration states what is wired to it.
    Input {
        number: u8,
        state: InputState,
    },
    Barrier(BarrierState),
}

/// State of an electric input. Any other value is [`MessageContent::NoReading`] and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputState {
    Off,
    On,
    /// On and off again.
    Pulse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarrierState {
    Open,
    Closed,
    Moving,
    Faulty,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeviceHealth {
    pub firmware: Option<String>,
    /// Number of stored readings that the device has not sent yet.
    pub stored_readings: Option<u32>,
    pub barrier: Option<BarrierState>,
}

/// Content that could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownContent {
    /// One sentence with the field at fault.
    pub fault: String,
    /// The message has a plate, a trigger or a picture: a vehicle may wait at the lane.
    pub resembles_reading: bool,
}

impl DeviceMessage {
    pub fn new(serial: Option<String>, contents: Vec<MessageContent>) -> Self {
        let is_timeless = |content: &MessageContent| matches!(content, MessageContent::Reading(reading) if reading.occurred_at.is_none());
        let quirks = contents.iter().any(is_timeless).then_some(DeviceQuirk::NoTime).into_iter().collect();
        Self { serial, channel: None, contents, quirks }
    }

    /// A message with one unknown content.
    pub fn not_understood(fault: impl Into<String>, resembles_reading: bool) -> Self {
        let content = UnknownContent { fault: fault.into(), resembles_reading };
        Self::new(None, vec![MessageContent::NotUnderstood(content)])
    }

    /// Adds the quirk if it was seen.
    #[must_use]
    pub fn with(mut self, quirk: DeviceQuirk, is_seen: bool) -> Self {
        if is_seen {
            self.quirks.insert(quirk);
        }
        self
    }
}
