//! A device's message after decoding, the same form for every make.

use std::collections::BTreeSet;

use domain::device::Quirk;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::Serialize;

use crate::confidence::ReadingConfidence;

/// One decoded message. Decoding never fails: what cannot be decoded is [`MessageContent::NotUnderstood`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceMessage {
    /// Serial number or the like, as the message claims. Anyone who reaches the gateway can write anything here: compare it, never trust it.
    pub serial: Option<String>,
    /// Channel, line or camera name, where one address serves several lanes. The form in which the lane's `channel` is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// In the order of the message; never empty.
    pub contents: Vec<MessageContent>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub quirks: BTreeSet<Quirk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageContent {
    /// A vehicle stands at the barrier; its plate was read or not.
    Reading(PlateReading),
    /// What happened to a vehicle, the barrier or an input.
    Signal(LaneSignal),
    /// The device is alive.
    Health(DeviceHealth),
    /// A known message of this make that is no reading: its kind.
    NoReading(&'static str),
    /// A message that the driver does not know or cannot decode.
    NotUnderstood(UnknownContent),
}

/// A vehicle at the barrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlateReading {
    /// An event id made by [`crate::event_key`]: the same reading sent again has the same key, another reading has another.
    pub key: String,
    /// Normalised text without the colour in front; `None` if the device saw no plate.
    pub plate: Option<String>,
    pub confidence: ReadingConfidence,
    #[serde(skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// Device time; `None` where the message has none or an unreadable one.
    pub occurred_at: Option<Timestamp>,
    /// The device stored the reading while it had no connection: the vehicle has gone since.
    pub is_retransmission: bool,
    /// The device has opened the barrier by its own list.
    pub is_opened_by_device: bool,
    /// For makes that send stored readings one by one: what the reply must name to get the next.
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
    /// An electric input has changed; the configuration says what is wired to it.
    Input {
        number: u8,
        state: InputState,
    },
    Barrier(BarrierState),
}

/// State of an electric input. A value that is none of these is [`MessageContent::NoReading`] and changes nothing.
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
    /// Stored readings that the device has yet to send.
    pub stored_readings: Option<u32>,
    pub barrier: Option<BarrierState>,
}

/// What could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownContent {
    /// One sentence that names the field at fault.
    pub fault: String,
    /// The message has a plate, a trigger or a picture: at an entry a vehicle may wait.
    pub resembles_reading: bool,
}

impl DeviceMessage {
    pub fn new(serial: Option<String>, contents: Vec<MessageContent>) -> Self {
        let is_timeless = |content: &MessageContent| matches!(content, MessageContent::Reading(reading) if reading.occurred_at.is_none());
        let quirks = contents.iter().any(is_timeless).then_some(Quirk::NoTime).into_iter().collect();
        Self { serial, channel: None, contents, quirks }
    }

    /// A message with one unknown content.
    pub fn not_understood(fault: impl Into<String>, resembles_reading: bool) -> Self {
        let content = UnknownContent { fault: fault.into(), resembles_reading };
        Self::new(None, vec![MessageContent::NotUnderstood(content)])
    }

    /// Adds the quirk if it was seen.
    #[must_use]
    pub fn with(mut self, quirk: Quirk, is_seen: bool) -> Self {
        if is_seen {
            self.quirks.insert(quirk);
        }
        self
    }
}
