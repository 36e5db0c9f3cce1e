//! Alarms of a gateway and of its lanes: what an operator must look at, in [`crate::uplink::GatewayStatus`].

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest summary of a message shape, in characters.
pub const MAX_SHAPE_SUMMARY: usize = 200;

/// What is wrong at a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneAlarmKind {
    /// The lane's device sends messages that the gateway does not understand.
    NotUnderstood,
    /// The device uses one id for several readings.
    RepeatedIds,
    /// The device was asked to open the barrier and did not confirm it.
    DidNotOpen,
    /// The device names a channel that no lane has.
    UnknownChannel,
    /// The device's clock is so far off that its times are replaced.
    ImplausibleTime,
    /// The gateway cannot connect to the device whose events it reads.
    DeviceUnreachable,
    /// An alarm of a newer version.
    #[serde(other)]
    Other,
}

impl LaneAlarmKind {
    /// The lower, the sooner a person is needed: first what may hold a car at the barrier.
    pub const fn urgency(self) -> u8 {
        match self {
            Self::DidNotOpen => 0,
            Self::NotUnderstood => 1,
            Self::DeviceUnreachable => 2,
            Self::UnknownChannel => 3,
            Self::RepeatedIds => 4,
            Self::ImplausibleTime => 5,
            Self::Other => 6,
        }
    }
}

/// One alarm of a lane. It ends when its cause has been absent for some minutes or an operator has answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneAlarm {
    pub kind: LaneAlarmKind,
    pub since: Timestamp,
    pub last_at: Timestamp,
    /// How often it happened since `since`.
    pub count: u32,
    /// One sentence with the field at fault.
    pub detail: String,
    /// For [`LaneAlarmKind::NotUnderstood`]: the shape that an operator may mark as no reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<MessageShape>,
}

/// Structure of a message without its values: two messages of one kind have one shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageShape {
    /// 16 hexadecimal digits.
    pub id: String,
    /// Address and field names, for a person; at most [`MAX_SHAPE_SUMMARY`] characters.
    pub summary: String,
    /// The message has a plate, a trigger or a picture. Such a shape cannot be marked as no reading.
    pub resembles_reading: bool,
}

/// A shape that an operator has marked: messages of it are no readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoReadingShape {
    pub device: domain::ids::DeviceId,
    /// [`MessageShape::id`].
    pub shape: String,
}

/// What is wrong at the whole gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayAlarmKind {
    /// The box does not know the time.
    ClockUntrusted,
    /// No lane has a fire input configured.
    NoFireInput,
    /// A fire alarm holds: every lane is open.
    Fire,
    /// An alarm of a newer version.
    #[serde(other)]
    Other,
}

impl GatewayAlarmKind {
    /// The lower, the sooner a person is needed.
    pub const fn urgency(self) -> u8 {
        match self {
            Self::Fire => 0,
            Self::ClockUntrusted => 1,
            Self::NoFireInput => 2,
            Self::Other => 3,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayAlarm {
    pub kind: GatewayAlarmKind,
    pub since: Timestamp,
    pub detail: String,
    /// For [`GatewayAlarmKind::Fire`]: when an input last reported fire, by the gateway's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// For [`GatewayAlarmKind::Fire`]: only pulses raised it, so that no input ends it and a person may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_pulses: bool,
}

impl GatewayAlarm {
    pub const fn new(kind: GatewayAlarmKind, since: Timestamp, detail: String) -> Self {
        Self { kind, since, detail, last_at: None, only_pulses: false }
    }
}
