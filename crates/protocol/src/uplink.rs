//! Gateway to server over HTTPS, version 1. A gateway keeps an event until [`BatchReceipt::acked_through`] covers it.
//!
//! `POST /gateway/v1/events`, `GET /gateway/v1/access-plan`; `Authorization: Bearer <gateway token>`. The token
//! identifies the garage: a gateway cannot send for another one.

use std::collections::BTreeSet;

use domain::access::{AccessDecision, AccessPlan, AudienceCounts};
use domain::device::DeviceQuirk;
use domain::ids::{DeviceId, EventId, GarageId, LaneId, MakeId};
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::{Plate, PlateAsRead};
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::{Deserialize, Serialize};

use crate::alarm::{GatewayAlarm, LaneAlarm, NoReadingShape};
use crate::mqtt::{EventKind, RejectCode};

/// Most records in one batch.
pub const MAX_BATCH: usize = 500;

/// Most priority records in one batch.
pub const MAX_PRIORITY_RECORDS: usize = 50;

/// Records in order of `seq`, which starts at 1 in each `epoch` and has no gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkBatch {
    pub v: u8,
    /// Id of the gateway's outbox file. A new box or a lost disk begins a new epoch, so no epoch has two records with `seq` 1.
    pub epoch: String,
    /// An empty batch is a heartbeat.
    pub records: Vec<UplinkRecord>,
    /// Priority records: recent pickup entries sent early while a backlog drains. The server creates their arrivals at once; visit and count
    /// follow when the record arrives in sequence.
    #[serde(default, rename = "ahead", skip_serializing_if = "Vec::is_empty")]
    pub priority_records: Vec<UplinkRecord>,
    pub status: GatewayStatus,
}

/// One line of the gateway's outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkRecord {
    pub seq: i64,
    pub device: DeviceId,
    /// Time of receipt by the gateway's clock.
    pub received_at: Timestamp,
    #[serde(flatten)]
    pub content: UplinkRecordContent,
}

#[expect(clippy::large_enum_variant, reason = "almost every record is an event")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum UplinkRecordContent {
    Event(GateEvent),
    DeadLetter(DeadLetter),
}

/// An event at a lane with the gateway's decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateEvent {
    pub event_id: EventId,
    pub kind: EventKind,
    pub lane: LaneId,
    pub direction: LaneDirection,
    /// As read; the server normalises it again.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub plate: Option<PlateAsRead>,
    pub confidence: u8,
    /// Device time: the controller's clock, which may be wrong by days. Stored, but not used for decisions.
    pub occurred_at: Timestamp,
    /// Event time: the gateway's time of receipt less the event's age. Decisions, visits and arrivals use this clock.
    pub happened_at: Timestamp,
    /// For `plate`: the gateway's decision. Absent for `pass`.
    #[serde(default)]
    pub decision: Option<AccessDecision>,
    /// The gateway had received no answer from the server for more than 30 s.
    #[serde(default)]
    pub offline: bool,
    /// Related event of the same car, if known; [`EventKind`] states which event it is.
    #[serde(default, rename = "of")]
    pub related_event_id: Option<EventId>,
    /// Change of the count: 1 for a car that entered, -1 for one that left, 0 while no car has passed.
    pub delta: i64,
    /// Plate colour, vehicle class and the like, as far as the device reports them.
    #[serde(default, skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// The device's time was implausible: `occurred_at` is the time of receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_replaced: bool,
    /// Set when the gateway's own clock was not trusted: `happened_at` is wrong and the server corrects it from the uptime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertain_time: Option<UncertainTime>,
    /// For `plate`: the earlier plate event of the same car, with a similar plate. The second reading counts no second car.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rereads: Option<EventId>,
}

impl GateEvent {
    /// The plate, if the camera read one.
    pub fn car_plate(&self) -> Option<&Plate> {
        self.plate.as_ref().and_then(PlateAsRead::plate)
    }
}

/// Time of an event by the box's uptime, which does not depend on the wall clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UncertainTime {
    /// The kernel's boot id.
    pub boot_id: String,
    /// Milliseconds since the box booted.
    pub uptime_ms: u64,
    /// Milliseconds between the event and its upload. The gateway sets it when it sends; absent if the box has rebooted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
}

/// A rejected message, stored for the operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetter {
    pub code: RejectCode,
    pub detail: String,
    /// First 256 bytes of the message, as lossy UTF-8.
    pub excerpt: String,
}

/// State of the gateway and its controllers, sent with each batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayStatus {
    pub at: Timestamp,
    pub version: String,
    /// Records not yet acknowledged by the server, before this batch.
    pub backlog: i64,
    pub plan_etag: Option<String>,
    pub lanes: Vec<LaneStatus>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<GatewayAlarm>,
}

/// A configured lane with its device's last known state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaneStatus {
    pub lane: LaneId,
    pub name: String,
    pub direction: LaneDirection,
    pub pass_by: PassDetection,
    pub device: DeviceId,
    pub last_seen_at: Option<Timestamp>,
    pub firmware: Option<String>,
    pub pending_events: u32,
    /// Start of the time for which a car has blocked the lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck_since: Option<Timestamp>,
    /// Start of the time for which the device has reported its barrier as held open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_open_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "MakeId::is_native")]
    pub make: MakeId,
    /// The make's name for a person; absent for the native protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make_title: Option<String>,
    /// Quirks seen since the gateway started.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub quirks: BTreeSet<DeviceQuirk>,
    /// Device clock minus gateway clock, from the device's last live message with a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<LaneAlarm>,
}

/// The server's response to a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchReceipt {
    /// Highest `seq` that is committed; the gateway may delete records up to it.
    pub acked_through: i64,
    pub count: ServerCount,
}

/// The server's count as of `through_seq`. The gateway adds its later events. Corrections made at the server reach the gateway this way,
/// without a second mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerCount {
    pub occupied: i64,
    pub through_seq: i64,
    /// Cars inside by the audience under which they were admitted. Cars with an unknown audience count in `occupied` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<AudienceCounts>,
}

/// `GET /gateway/v1/access-plan`, with an `ETag`; 304 when unchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessPlanDocument {
    pub v: u8,
    pub garage: GarageId,
    pub made_at: Timestamp,
    #[serde(flatten)]
    pub plan: AccessPlan,
    /// Message shapes that operators have marked as no reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_reading_shapes: Vec<NoReadingShape>,
}
