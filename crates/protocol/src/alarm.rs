//! Alarms of a gateway and of its lanes that need an operator; part of [`crate::uplink::GatewayStatus`].

use domain::ids::DeviceId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest summary of a message shape, in characters.
pub const MAX_SHAPE_SUMMARY: usize = 200;

/// Kind of a lane's alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LaneAlarmKind {
    /// The lane's device sends messages that the gateway does not understand.
    NotUnderstood,
    /// The device uses one id for several readings.
    RepeatedIds,
    /// The device did not confirm a request to open the barrier.
    DidNotOpen,
    /// The device sent a channel that no lane has.
    UnknownChannel,
    /// The device's clock is too far off: its times are replaced.
    ImplausibleTime,
    /// The gateway cannot connect to the device whose events it reads.
    DeviceUnreachable,
    /// The device reports fire and is no fire input of the garage: only this lane is open. Its end is an order with the lane's id and
    /// [`LaneAlarm::last_at`].
    FireAtLane,
    /// The device reports a state that changes more often than is recorded; [`LaneAlarm::count`] changes were merged.
    UnsteadyState,
    /// An alarm of a newer version.
    #[serde(other)]
    Other,
}

impl LaneAlarmKind {
    /// Lower is more urgent. Alarms that may keep a car at the barrier come first.
    pub const fn urgency(self) -> u8 {
        match self {
            Self::FireAtLane => 0,
            Self::DidNotOpen => 1,
            Self::NotUnderstood => 2,
            Self::DeviceUnreachable => 3,
            Self::UnknownChannel => 4,
            Self::UnsteadyState => 5,
            Self::RepeatedIds => 6,
            Self::ImplausibleTime => 7,
            Self::Other => 8,
        }
    }
}

/// One alarm of a lane. It ends when its cause has been absent for a day, or when an operator marks its shape.
/// [`LaneAlarmKind::FireAtLane`] lasts as long as the report of fire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaneAlarm {
    pub kind: LaneAlarmKind,
    pub since: Timestamp,
    pub last_at: Timestamp,
    /// Number of occurrences since `since`.
    pub count: u32,
    /// One sentence with the field at fault.
    pub detail: String,
    /// For [`LaneAlarmKind::NotUnderstood`]: the shape, which an operator may mark as no reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<MessageShape>,
}

/// Structure of a message without its values: two messages of one kind have one shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageShape {
    /// 16 hexadecimal digits.
    pub id: String,
    /// Path and field names, for display; at most [`MAX_SHAPE_SUMMARY`] characters.
    pub summary: String,
    /// The message has a plate, a trigger or a picture. Such a shape cannot be marked as no reading.
    pub resembles_reading: bool,
}

/// A shape that an operator has marked as no reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoReadingShape {
    pub device: DeviceId,
    /// [`MessageShape::id`].
    pub shape: String,
}

/// Kind of a gateway's alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GatewayAlarmKind {
    /// The gateway's clock is not trusted.
    ClockUntrusted,
    /// The garage has no fire input: no lane has one wired, or the configuration states that there is none.
    NoFireInput,
    /// A fire alarm is active: every lane is open.
    Fire,
    /// An alarm of a newer version.
    #[serde(other)]
    Other,
}

impl GatewayAlarmKind {
    /// Lower is more urgent.
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayAlarm {
    pub kind: GatewayAlarmKind,
    pub since: Timestamp,
    pub detail: String,
    /// For [`GatewayAlarmKind::Fire`]: time of an input's last report of fire, by the gateway's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// For [`GatewayAlarmKind::Fire`]: no fire input that the configuration names is on, so that an operator may end the alarm. The wire
    /// name is from the first version, in which only an alarm of pulses could be ended.
    #[serde(default, rename = "only_pulses", skip_serializing_if = "std::ops::Not::not")]
    pub may_be_ended: bool,
    /// For [`GatewayAlarmKind::Fire`]: the named fire inputs that are on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asserted_by: Vec<DeviceId>,
}

impl GatewayAlarm {
    pub const fn new(kind: GatewayAlarmKind, since: Timestamp, detail: String) -> Self {
        Self { kind, since, detail, last_at: None, may_be_ended: false, asserted_by: Vec::new() }
    }
}
