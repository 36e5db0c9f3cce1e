//! HTTP bodies of the operator console, `/api/operator/v1` on the server.

use std::collections::BTreeSet;

use domain::access::Decision;
use domain::confidence::{Doubt, Level};
use domain::device::Quirk;
use domain::ids::{DeviceId, GarageId, LaneId, MakeId};
use domain::occupancy::Direction;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::alarm::{GatewayAlarm, GatewayAlarmKind, LaneAlarm, LaneAlarmKind};
use crate::mqtt::{EventKind, RejectCode};

/// `POST /api/operator/v1/sessions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorLogIn {
    pub username: String,
    pub password: String,
}

/// `GET /api/operator/v1/garages`: those that this operator runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Garages {
    pub garages: Vec<Garage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Garage {
    pub id: GarageId,
    pub name: String,
    pub name_en: String,
    pub capacity: u32,
    /// The raw count; may be below 0 or above capacity, which is an alarm. Absent: no data.
    pub occupied: Option<i64>,
    /// What the public sees. Absent: no data.
    pub open: Option<u32>,
    pub count_changed_at: Option<Timestamp>,
    /// How far the count can be believed.
    pub trust: Trust,
    pub plausible: bool,
    pub gateway: Gateway,
    pub lanes: Vec<Lane>,
    pub dead_letters_today: i64,
    /// Cars before barriers that stay down.
    #[serde(default)]
    pub waiting_cars: u32,
    #[serde(default)]
    pub alarms: AlarmSummary,
}

/// How many alarms a garage has, and the most urgent kind of its lanes and of its gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSummary {
    pub count: u32,
    pub worst_lane: Option<LaneAlarmKind>,
    pub worst_gateway: Option<GatewayAlarmKind>,
}

/// How far a count can be believed, and why no further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    pub level: Level,
    /// Worst first; empty with `high`.
    pub doubts: Vec<Doubt>,
    /// When somebody last looked: an inventory or a correction.
    pub checked_at: Option<Timestamp>,
    /// Until when the garage's gateway has told what passed.
    pub known_until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gateway {
    pub health: Health,
    pub last_seen_at: Option<Timestamp>,
    pub backlog: i64,
    pub version: Option<String>,
    /// As of `last_seen_at`: a silent gateway keeps its last alarms.
    #[serde(default)]
    pub alarms: Vec<GatewayAlarm>,
}

/// Judged by the last sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Online,
    Offline,
    NeverSeen,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    pub id: LaneId,
    pub name: String,
    pub direction: Direction,
    pub device: DeviceId,
    pub health: Health,
    pub last_seen_at: Option<Timestamp>,
    pub firmware: Option<String>,
    pub pending_events: u32,
    /// Since when a car stands in the lane that should not, as long as the device is heard of.
    pub stuck_since: Option<Timestamp>,
    /// Since when the barrier stays up, as long as the device is heard of.
    pub held_open_since: Option<Timestamp>,
    pub make: MakeId,
    /// The make's name for a person; absent for the native protocol.
    #[serde(default)]
    pub make_title: Option<String>,
    /// As of the gateway's `last_seen_at`, the most urgent first.
    #[serde(default)]
    pub alarms: Vec<LaneAlarm>,
    /// Where its firmware departs from what its make documents.
    pub quirks: BTreeSet<Quirk>,
    /// Its clock less the gateway's, as last seen; negative: behind.
    pub clock_ahead_ms: Option<i64>,
}

/// `POST /api/operator/v1/garages/{garage}/adjustments`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    /// Cars counted inside.
    pub occupied: i64,
    /// The count on the operator's screen: a correction is against what was seen.
    pub seen: Option<i64>,
    /// At least 2 characters.
    pub reason: String,
}

/// An appended correction; counts are never overwritten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    pub id: Uuid,
    pub at: Timestamp,
    pub before: Option<i64>,
    pub after: i64,
    pub reason: String,
    pub operator: String,
}

/// `POST /api/operator/v1/garages/{garage}/inventories`, `Idempotency-Key` required, and `/inventories/preview`: what an operator saw on
/// a walk through the garage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInventory {
    /// When the walk began.
    pub begun_at: Timestamp,
    pub ended_at: Timestamp,
    /// One car a line: its plate and, after a blank, comma or tab, the number of its space if wanted.
    pub seen: String,
    /// Cars without a plate that can be read.
    #[serde(default)]
    pub unread: u32,
    /// At least 2 characters; a preview needs none.
    #[serde(default)]
    pub reason: String,
}

/// What a walk changes. Plates are as the operator may read them; the reading is written to the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryPreview {
    pub before: Option<i64>,
    pub after: i64,
    /// Seen and known to be inside.
    pub matched: u32,
    /// Seen, and nothing is known of their coming: a visit begins.
    pub opened: Vec<String>,
    /// Seen, and taken for a car that nobody could read when it came in.
    pub named: Vec<String>,
    /// Not seen: their visits end as missed exits, without a strike.
    pub ghosts: Vec<Ghost>,
    /// Seen, and gone since.
    pub left: Vec<String>,
}

/// A visit whose car is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ghost {
    /// Absent: nobody could read it.
    pub plate: Option<String>,
    pub entered_at: Option<Timestamp>,
}

/// A walk that was written down, with how many visits it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    pub id: Uuid,
    pub begun_at: Timestamp,
    pub ended_at: Timestamp,
    pub at: Timestamp,
    pub before: Option<i64>,
    pub after: i64,
    /// Cars with a plate, and without.
    pub seen: i64,
    pub unread: i64,
    pub opened: i64,
    pub named: i64,
    pub ghosts: i64,
    pub reason: String,
    pub operator: String,
}

/// One page of a list, newest first. `next` is the `cursor` of the next page; absent on the last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// `GET /api/operator/v1/garages/{garage}/events`. Reading plates is written to the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    pub lane: LaneId,
    pub direction: Direction,
    pub kind: EventKind,
    pub plate: Option<String>,
    pub confidence: u8,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<Decision>,
    pub offline: bool,
    /// Plate colour, vehicle class and the like, as far as the device reports them.
    #[serde(default, skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// The device's time could not be: `occurred_at` is the time of receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_replaced: bool,
    /// The gateway did not know when it happened: `received_at` is the time at which the server received it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_uncertain: bool,
    /// The second reading of a car that the camera had read as another plate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rereads: bool,
}

/// `GET /api/operator/v1/garages/{garage}/dead-letters`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeadLetter {
    pub device: DeviceId,
    pub code: RejectCode,
    pub detail: String,
    pub excerpt: String,
    pub received_at: Timestamp,
}

/// `POST /api/operator/v1/garages/{garage}/no-reading-shapes`: answers a `not_understood` alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewNoReadingShape {
    pub device: DeviceId,
    /// `id` of the alarm's shape.
    pub shape: String,
    /// `summary` of the alarm's shape, as the operator saw it.
    pub summary: String,
    /// 2 to 200 characters.
    pub reason: String,
}

/// A shape of messages that operators have marked: the gateway takes messages of it for no reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedShape {
    pub device: DeviceId,
    pub shape: String,
    pub summary: String,
    pub reason: String,
    pub operator: String,
    pub marked_at: Timestamp,
}

/// `POST /api/operator/v1/garages/{garage}/access-checks`: what the gate would say to this plate now.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessCheck {
    pub plate: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessAnswer {
    pub plate: String,
    pub decision: Decision,
    pub display: String,
}
