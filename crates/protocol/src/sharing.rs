//! What an operator shares: pools, windows, closures, rules; and the week that follows from them.
//!
//! Under `/api/operator/v1/garages/{garage}`. Times are RFC 3339 and whole minutes, intervals half-open; hours of a day are
//! local minutes; days are `YYYY-MM-DD`. What takes spaces away that are reserved already is refused with
//! `reservations_affected`, unless the query says `affected=cancel`: then those reservations are cancelled and
//! their drivers get notices.

mod window;

use chrono::NaiveDate;
use domain::access::Audience;
use domain::ids::{ClassId, PoolId, WindowId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar;

pub use window::{LockOut, StaggerSpec, WindowSpec};

/// Interchangeable spaces; an owner's own space is a pool of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    pub id: PoolId,
    pub name: String,
    pub name_en: String,
    pub size: u32,
    /// Labels of numbered spaces in the order in which they are given out; none or as many as `size`.
    #[serde(default)]
    pub spaces: Vec<String>,
}

/// `GET .../pools`, with an `ETag` that `PUT .../pools?affected=` names as `If-Match`. A pool that is left out is removed,
/// unless something refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pools {
    pub pools: Vec<PoolSpec>,
}

/// `GET .../windows`: those that have not been ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Windows {
    pub windows: Vec<Window>,
    /// Of the coming six weeks.
    pub conflicts: Vec<Conflict>,
}

/// Answer to `POST .../windows?affected=` (`Idempotency-Key` required) and `PUT .../windows/{window}?affected=` (`If-Match`
/// required, also for `DELETE`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub id: WindowId,
    /// `If-Match` of a change or an end.
    pub etag: String,
    /// With every field filled in.
    pub rule: WindowSpec,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// `?affected=`: what becomes of reservations that lose their space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Affected {
    /// Nothing is changed if there are any.
    #[default]
    Refuse,
    Cancel,
}

/// `POST .../windows/preview`: nothing is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowPreview {
    /// The one to be changed or ended; absent: a new one.
    #[serde(default)]
    pub window: Option<WindowId>,
    /// Absent: it is ended.
    #[serde(default)]
    pub rule: Option<WindowSpec>,
}

/// What a change would do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preview {
    /// Those of the window, within a year after it begins.
    pub conflicts: Vec<Conflict>,
    pub affected: AffectedReservations,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AffectedReservations {
    pub number: u32,
    /// In order of their start, at most 100; without plates.
    pub first: Vec<AffectedReservation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffectedReservation {
    pub id: Uuid,
    pub pool: PoolId,
    pub audience: Audience,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// What windows do to each other. `overlap`, `quota_above_pool` and `no_such_pool` are refused, the others are to be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub kind: ConflictKind,
    pub refused: bool,
    pub pool: PoolId,
    /// A new window that is previewed is called `new`.
    pub windows: Vec<WindowId>,
    /// The first time at which it happens; absent for what is wrong at any time.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// With `quota_above_pool` and `quotas_together`: spaces of the pool.
    pub size: Option<u32>,
    /// With `quotas_together`: first in priority first.
    pub shares: Vec<Share>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    NoSuchPool,
    Overlap,
    QuotaAbovePool,
    QuotasTogether,
    EndsInLockOut,
    PublicDuringPickup,
}

/// What an audience gets when all want all that they may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub window: WindowId,
    pub audience: Audience,
    pub quota: u32,
    pub left: u32,
}

/// `POST .../closures?affected=` (`Idempotency-Key` required) and `POST .../closures/preview`: a suspension, a blackout,
/// spaces out of service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClosure {
    /// Absent: all.
    #[serde(default)]
    pub pool: Option<PoolId>,
    /// Absent: all.
    #[serde(default)]
    pub audience: Option<Audience>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// So many spaces fewer; absent: closed.
    #[serde(default)]
    pub spaces: Option<u32>,
    /// 3 to 500 characters; those who are affected read it.
    pub reason: String,
}

/// `GET .../closures`: those that are not over. `DELETE .../closures/{closure}?affected=` ends one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Closures {
    pub closures: Vec<Closure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    pub id: Uuid,
    pub pool: Option<PoolId>,
    pub audience: Option<Audience>,
    pub from: Timestamp,
    pub until: Timestamp,
    pub spaces: Option<u32>,
    pub reason: String,
    /// The operator's name.
    pub operator: String,
    pub created_at: Timestamp,
}

/// `GET .../sharing-rules`, with an `ETag` that `PUT` names as `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharingRules {
    /// So many strikes within so many days block a plate for so many days; 0 strikes: never.
    pub strikes: u32,
    pub strike_days: u32,
    pub block_days: u32,
    /// Reservations that a person, or a plate, may have at once.
    pub live_per_person: u32,
    pub live_per_plate: u32,
}

/// `GET .../openings?from&to`, both days included, at most 35: who owns which spaces when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Openings {
    pub days: Vec<calendar::Day>,
    pub warnings: Vec<calendar::Warning>,
    pub pools: Vec<PoolSpec>,
    /// Of all pools, by start; of one pool and audience they never overlap. Those that begin before `from` are included
    /// if they reach into it.
    pub openings: Vec<Opening>,
    /// Those that touch these days.
    pub closures: Vec<Closure>,
}

/// A window on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub window: WindowId,
    pub name: String,
    pub pool: PoolId,
    pub audience: Audience,
    /// The day to which it belongs; it may end on the next.
    pub day: NaiveDate,
    pub from: Timestamp,
    pub until: Timestamp,
    pub quota: u32,
    /// The most that is kept for pickup meanwhile, in the same pool; 0 for pickup itself.
    pub kept_for_pickup: u32,
    pub bookable: bool,
    pub walk_in: bool,
    /// Classes that come later than `from`.
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub class: ClassId,
    pub from: Timestamp,
}
