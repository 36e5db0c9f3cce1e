//! HTTP bodies of the operator console, `/api/operator/v1` on the server.

use std::collections::BTreeSet;

use domain::access::AccessDecision;
use domain::confidence::{ConfidenceLevel, CountDoubt};
use domain::device::DeviceQuirk;
use domain::ids::{DeviceId, GarageId, LaneId, MakeId};
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::alarm::{GatewayAlarm, GatewayAlarmKind, LaneAlarm, LaneAlarmKind};
use crate::mqtt::{EventKind, RejectCode};

/// `POST /api/operator/v1/sessions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OperatorLogIn {
    pub username: String,
    pub password: String,
}

/// `GET /api/operator/v1/garages`: the operator's own garages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GarageOverviews {
    pub garages: Vec<GarageOverview>,
    /// Absent from a server of 0.1.0.
    #[serde(default)]
    pub build: Option<ServerBuild>,
}

/// Which server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerBuild {
    pub version: String,
    /// Twelve digits of the commit, or `unknown`.
    pub revision: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GarageOverview {
    pub id: GarageId,
    pub name: String,
    pub name_en: String,
    pub capacity: u32,
    /// The raw count; may be below 0 or above capacity, which is an alarm. Absent: no data.
    pub occupied: Option<i64>,
    /// Open spaces as published. Absent: no data.
    pub open: Option<u32>,
    pub count_changed_at: Option<Timestamp>,
    /// Confidence in the count.
    pub trust: CountConfidence,
    pub plausible: bool,
    pub gateway: GatewayOverview,
    pub lanes: Vec<LaneOverview>,
    pub dead_letters_today: i64,
    /// Number of cars that wait at closed barriers.
    #[serde(default)]
    pub waiting_cars: u32,
    #[serde(default)]
    pub alarms: AlarmSummary,
}

/// Number of a garage's alarms, with the most urgent kind of its lanes and of its gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlarmSummary {
    pub count: u32,
    pub worst_lane: Option<LaneAlarmKind>,
    pub worst_gateway: Option<GatewayAlarmKind>,
}

/// Confidence in a count, with the reasons for doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountConfidence {
    pub level: ConfidenceLevel,
    /// Worst first; empty with `high`.
    pub doubts: Vec<CountDoubt>,
    /// Time of the last inventory or correction.
    pub checked_at: Option<Timestamp>,
    /// Time up to which the garage's gateway has reported its events.
    pub known_until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayOverview {
    pub health: ConnectionHealth,
    pub last_seen_at: Option<Timestamp>,
    pub backlog: i64,
    pub version: Option<String>,
    /// As of `last_seen_at`: a silent gateway keeps its last alarms.
    #[serde(default)]
    pub alarms: Vec<GatewayAlarm>,
}

/// Connection state by the time of the last message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionHealth {
    Online,
    Offline,
    NeverSeen,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaneOverview {
    pub id: LaneId,
    pub name: String,
    pub direction: LaneDirection,
    pub device: DeviceId,
    pub health: ConnectionHealth,
    pub last_seen_at: Option<Timestamp>,
    pub firmware: Option<String>,
    pub pending_events: u32,
    /// Start of the time for which a car has blocked the lane; absent when the device is silent.
    pub stuck_since: Option<Timestamp>,
    /// Start of the time for which the barrier has been held open; absent when the device is silent.
    pub held_open_since: Option<Timestamp>,
    pub make: MakeId,
    /// The make's name for a person; absent for the native protocol.
    #[serde(default)]
    pub make_title: Option<String>,
    /// As of the gateway's `last_seen_at`, the most urgent first.
    #[serde(default)]
    pub alarms: Vec<LaneAlarm>,
    /// Differences between the firmware and its make's documentation.
    pub quirks: BTreeSet<DeviceQuirk>,
    /// Last known device clock minus gateway clock; negative if the device is behind.
    pub clock_ahead_ms: Option<i64>,
}

/// `POST /api/operator/v1/garages/{garage}/adjustments`; `Idempotency-Key` header required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCountAdjustment {
    /// Cars counted inside.
    pub occupied: i64,
    /// The count on the operator's screen, to detect a change since then.
    pub seen: Option<i64>,
    /// At least 2 characters.
    pub reason: String,
}

/// An appended correction; counts are never overwritten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountAdjustment {
    pub id: Uuid,
    pub at: Timestamp,
    pub before: Option<i64>,
    pub after: i64,
    pub reason: String,
    pub operator: String,
}

/// `POST /api/operator/v1/garages/{garage}/inventories`, `Idempotency-Key` required, and `/inventories/preview`: the
/// cars that an operator saw on a walk through the garage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InventoryReport {
    /// Start of the walk.
    pub begun_at: Timestamp,
    pub ended_at: Timestamp,
    /// One car per line: its plate and optionally, after a blank, comma or tab, the number of its space.
    pub seen: String,
    /// Number of cars without a readable plate.
    #[serde(default)]
    pub unread: u32,
    /// At least 2 characters; a preview may leave it out.
    #[serde(default)]
    pub reason: String,
}

/// Changes that an inventory makes. It shows plates, and this access is written to the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InventoryPreview {
    pub before: Option<i64>,
    pub after: i64,
    /// Number of seen cars that have a visit.
    pub matched: u32,
    /// Seen cars without a visit: a visit begins.
    pub opened: Vec<String>,
    /// Seen cars that take over the visit of a car whose plate was unreadable at its entry.
    pub named: Vec<String>,
    /// Visits of cars that were not seen: they end as missed exits, without a strike.
    pub ghosts: Vec<UnseenVisit>,
    /// Seen cars that have left since.
    pub left: Vec<String>,
}

/// A visit whose car was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnseenVisit {
    /// Absent if the plate was unreadable.
    pub plate: Option<String>,
    pub entered_at: Option<Timestamp>,
}

/// A completed inventory, with the numbers of visits that it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InventorySummary {
    pub id: Uuid,
    pub begun_at: Timestamp,
    pub ended_at: Timestamp,
    pub at: Timestamp,
    pub before: Option<i64>,
    pub after: i64,
    /// Number of cars with a readable plate; `unread`: without.
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CursorPage<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// `GET /api/operator/v1/garages/{garage}/events`. Reading plates is written to the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventLogEntry {
    pub lane: LaneId,
    pub direction: LaneDirection,
    pub kind: EventKind,
    pub plate: Option<String>,
    pub confidence: u8,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<AccessDecision>,
    pub offline: bool,
    /// Plate colour, vehicle class and the like, as far as the device reports them.
    #[serde(default, skip_serializing_if = "VehicleDetails::is_empty")]
    pub vehicle: VehicleDetails,
    /// The device's time was implausible: `occurred_at` is the time of receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_replaced: bool,
    /// The gateway did not know the event's time: `received_at` is the server's time of receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_uncertain: bool,
    /// True for the second reading of a car that the camera had read as another plate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rereads: bool,
}

/// `GET /api/operator/v1/garages/{garage}/dead-letters`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterEntry {
    pub device: DeviceId,
    pub code: RejectCode,
    pub detail: String,
    pub excerpt: String,
    pub received_at: Timestamp,
}

/// `POST /api/operator/v1/garages/{garage}/no-reading-shapes`: marks the shape of a `not_understood` alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// A marked message shape: the gateway treats messages of this shape as no reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkedShapeEntry {
    pub device: DeviceId,
    pub shape: String,
    pub summary: String,
    pub reason: String,
    pub operator: String,
    pub marked_at: Timestamp,
}

/// `POST /api/operator/v1/garages/{garage}/access-checks`: checks the gate's present decision for a plate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccessCheck {
    pub plate: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessCheckResult {
    pub plate: String,
    pub decision: AccessDecision,
    pub display: String,
}
