//! Gateway to server over HTTPS, version 1. A gateway keeps an event until [`Receipt::acked_through`] covers it.
//!
//! `POST /gateway/v1/events`, `GET /gateway/v1/access-plan`; `Authorization: Bearer <gateway token>`. The token
//! says which garage it is: a gateway cannot speak for another one.

use std::collections::BTreeSet;

use domain::access::{AccessPlan, Cars, Decision};
use domain::device::Quirk;
use domain::ids::{DeviceId, EventId, GarageId, LaneId, MakeId};
use domain::occupancy::{Direction, PassBy};
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::{Deserialize, Serialize};

use crate::alarm::{GatewayAlarm, LaneAlarm, NoReadingShape};
use crate::mqtt::{EventKind, RejectCode};

/// Most records in one batch.
pub const MAX_BATCH: usize = 500;

/// Most records that are told ahead of their order in one batch.
pub const MAX_AHEAD: usize = 50;

/// Records in order of `seq`, which starts at 1 in each `epoch` and has no gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub v: u8,
    /// Made with the gateway's outbox file: a new box or a lost disk is a new epoch, never a second seq 1.
    pub epoch: String,
    /// May be empty: then the batch is a heartbeat.
    pub records: Vec<Record>,
    /// Beside a backlog, of the records behind this batch those for which somebody waits now: parents' cars that were let in.
    /// Their arrivals are told at once; all else that they do they do when they come again in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<Record>,
    pub status: GatewayStatus,
}

/// One line of the gateway's outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub seq: i64,
    pub device: DeviceId,
    /// The gateway's clock when the message came in.
    pub received_at: Timestamp,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    Event(GateEvent),
    DeadLetter(DeadLetter),
}

/// What happened at a lane and what the gateway did about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateEvent {
    pub event_id: EventId,
    pub kind: EventKind,
    pub lane: LaneId,
    pub direction: Direction,
    /// As read; the server normalises it again.
    #[serde(default)]
    pub plate: Option<String>,
    pub confidence: u8,
    /// By the controller's clock, which may be wrong by days; kept for the record.
    pub occurred_at: Timestamp,
    /// By the gateway's clock: the receipt less the event's age. Decisions, visits and arrivals go by this.
    pub happened_at: Timestamp,
    /// For `plate`: what the gateway decided. Absent for `pass`.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// The plan was out of reach of the server for longer than its poll.
    #[serde(default)]
    pub offline: bool,
    /// For `pass`: the plate event of the same car, if known.
    #[serde(default)]
    pub of: Option<EventId>,
    /// Cars that this event put into (1) or took out of (-1) the garage; 0 when nobody has passed yet.
    pub delta: i64,
    /// Plate colour, vehicle class and the like, as far as the device reports them.
    #[serde(default, skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// The device's time could not be: `occurred_at` is the time of receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_replaced: bool,
    /// The gateway's own clock could not be believed when this happened: `happened_at` is wrong. The server mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertain_time: Option<UncertainTime>,
    /// For `plate`: the earlier plate event of the same car, whose plate resembles this one. It counts no second car.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rereads: Option<EventId>,
}

/// When an event happened by the box's uptime, which no wrong clock can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UncertainTime {
    /// The kernel's id of this run of the box.
    pub boot_id: String,
    /// Milliseconds since the box booted.
    pub uptime_ms: u64,
    /// Milliseconds between the event and its sending. The gateway fills it in as it sends; absent if the box has rebooted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
}

/// A message that was refused; kept so that an operator can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub code: RejectCode,
    pub detail: String,
    /// The first 256 bytes, lossily as UTF-8.
    pub excerpt: String,
}

/// How the gateway and its controllers are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// A lane of the gateway's configuration and its controller's last sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneStatus {
    pub lane: LaneId,
    pub name: String,
    pub direction: Direction,
    pub pass_by: PassBy,
    pub device: DeviceId,
    pub last_seen_at: Option<Timestamp>,
    pub firmware: Option<String>,
    pub pending_events: u32,
    /// Since when a car stands in the lane that should not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck_since: Option<Timestamp>,
    /// Since when the barrier stays up, by the device's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_open_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "MakeId::is_native")]
    pub make: MakeId,
    /// The make's name for a person; absent for the native protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make_title: Option<String>,
    /// Since the gateway started.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub quirks: BTreeSet<Quirk>,
    /// The device's clock less the gateway's, by its last live message with a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<LaneAlarm>,
}

/// The server's answer to a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Everything up to here is committed; the gateway may forget it.
    pub acked_through: i64,
    pub count: Count,
}

/// The server's count with the place in the gateway's sequence at which it was true. The gateway adds what it
/// has seen since: corrections made at the server arrive without a second mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub occupied: i64,
    pub through_seq: i64,
    /// As whom the cars inside came in, as far as that is known; those of which it is not are only in `occupied`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Cars>,
}

/// `GET /gateway/v1/access-plan`, with an `ETag`; 304 when unchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanDocument {
    pub v: u8,
    pub garage: GarageId,
    pub made_at: Timestamp,
    #[serde(flatten)]
    pub plan: AccessPlan,
    /// Shapes of messages that operators have marked as no reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_reading_shapes: Vec<NoReadingShape>,
}
