//! Sharing settings of a garage: pools, windows, closures and rules, with the resulting openings.
//!
//! Under `/api/operator/v1/garages/{garage}`. Times are RFC 3339 and whole minutes, intervals half-open; hours of a day are
//! local minutes; days are `YYYY-MM-DD`. A change that takes reserved spaces away is refused with
//! `reservations_affected`, unless the query has `affected=cancel`: then those reservations are cancelled and
//! their drivers receive notices.

mod window;

use chrono::NaiveDate;
use domain::access::Audience;
use domain::ids::{ClassId, PoolId, ReservationId, WindowId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar;

pub use window::{LockOut, StaggerSpec, WindowSpec};

/// Interchangeable spaces; an owner's own space is a pool of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    pub id: PoolId,
    pub name: String,
    pub name_en: String,
    pub size: u32,
    /// Labels of numbered spaces in the order of allocation; none or as many as `size`.
    #[serde(default)]
    pub spaces: Vec<String>,
}

/// `GET .../pools`, with an `ETag` for the `If-Match` of `PUT .../pools?affected=`. `PUT` removes a pool that is left out,
/// unless other data refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolList {
    pub pools: Vec<PoolSpec>,
}

/// `GET .../windows`: windows that have not been ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowList {
    pub windows: Vec<WindowEntry>,
    /// Conflicts of the coming six weeks.
    pub conflicts: Vec<WindowConflictEntry>,
}

/// Response to `POST .../windows?affected=` (`Idempotency-Key` required) and `PUT .../windows/{window}?affected=` (`If-Match`
/// required, also for `DELETE`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowEntry {
    pub id: WindowId,
    /// For the `If-Match` of a change or an end.
    pub etag: String,
    /// The rule with every default filled in.
    pub rule: WindowSpec,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// `?affected=`: action on reservations that lose their space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AffectedPolicy {
    /// Refuses the change if it affects reservations.
    #[default]
    Refuse,
    Cancel,
}

/// `POST .../windows/preview`: nothing is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowPreviewRequest {
    /// The window to change or end; absent: a new one.
    #[serde(default)]
    pub window: Option<WindowId>,
    /// Absent: the window is ended.
    #[serde(default)]
    pub rule: Option<WindowSpec>,
}

/// Effects of a previewed change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharingChangePreview {
    /// Conflicts of the window within a year after its first day.
    pub conflicts: Vec<WindowConflictEntry>,
    pub affected: AffectedReservations,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AffectedReservations {
    pub number: u32,
    /// The first 100 in order of their start, without plates.
    pub first: Vec<AffectedReservation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AffectedReservation {
    pub id: ReservationId,
    pub pool: PoolId,
    pub audience: Audience,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// A conflict between windows. `overlap`, `quota_above_pool` and `no_such_pool` are refused, the others are warnings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowConflictEntry {
    pub kind: WindowConflictKind,
    pub refused: bool,
    pub pool: PoolId,
    /// A previewed new window has the id `new`.
    pub windows: Vec<WindowId>,
    /// First time of the conflict; absent if it exists at any time.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// With `quota_above_pool` and `quotas_together`: number of spaces of the pool.
    pub size: Option<u32>,
    /// With `quotas_together`: highest priority first.
    pub shares: Vec<AudienceShare>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WindowConflictKind {
    NoSuchPool,
    Overlap,
    QuotaAbovePool,
    QuotasTogether,
    EndsInLockOut,
    PublicDuringPickup,
}

/// Spaces left for an audience when every audience uses its full quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudienceShare {
    pub window: WindowId,
    pub audience: Audience,
    pub quota: u32,
    pub left: u32,
}

/// `POST .../closures?affected=` (`Idempotency-Key` required) and `POST .../closures/preview`: a suspension, a blackout,
/// spaces out of service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClosure {
    /// Absent: all pools.
    #[serde(default)]
    pub pool: Option<PoolId>,
    /// Absent: all audiences.
    #[serde(default)]
    pub audience: Option<Audience>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Number of spaces out of service; absent: closed.
    #[serde(default)]
    pub spaces: Option<u32>,
    /// 2 to 500 characters; shown to affected drivers.
    pub reason: String,
}

/// `GET .../closures`: closures that are not over. `DELETE .../closures/{closure}?affected=` ends one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosureList {
    pub closures: Vec<ClosureEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosureEntry {
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

/// `GET .../sharing-rules`, with an `ETag` for the `If-Match` of `PUT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SharingRulesSpec {
    /// A plate with `strikes` strikes within `strike_days` days is blocked for `block_days` days; 0: never.
    pub strikes: u32,
    pub strike_days: u32,
    pub block_days: u32,
    /// Most reservations that a person may have at once; `live_per_plate`: a plate.
    pub live_per_person: u32,
    pub live_per_plate: u32,
}

/// `GET .../openings?from&to`, both days included, at most 35 days: openings and closures by pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningSchedule {
    pub days: Vec<calendar::CalendarDay>,
    pub warnings: Vec<calendar::CalendarWarningDetail>,
    pub pools: Vec<PoolSpec>,
    /// Openings of all pools by start. Those of one pool and audience never overlap. An opening that begins before `from` is included if it
    /// ends after it.
    pub openings: Vec<ScheduledOpening>,
    /// Closures that overlap these days.
    pub closures: Vec<ClosureEntry>,
}

/// A window on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduledOpening {
    pub window: WindowId,
    pub name: String,
    pub pool: PoolId,
    pub audience: Audience,
    /// Day on which the window starts; the opening may end on the next day.
    pub day: NaiveDate,
    pub from: Timestamp,
    pub until: Timestamp,
    pub quota: u32,
    /// Most spaces kept for pickup in the same pool during the opening; 0 for pickup itself.
    pub kept_for_pickup: u32,
    pub bookable: bool,
    pub walk_in: bool,
    /// Classes with a later start than `from`.
    pub groups: Vec<StaggeredClass>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaggeredClass {
    pub class: ClassId,
    pub from: Timestamp,
}
