//! Shared spaces: quotes, reservations, waiting list, forecasts. Parents and public drivers (`/api/v1`, `/internal/v1`) use the same
//! bodies, and operators use those that state it.
//!
//! Times are whole minutes; intervals are half-open: `ends_at` is the first minute that is free again.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::entry::{CancelCause, CancelLateness, EntryOrigin, EntryPhase};
use domain::allocation::{DriverNoticeKind, ReservationIntent};
use domain::ids::{GarageId, PoolId, ReservationId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::alternatives::{AlternativeGarage, ReservationAlternatives};
use crate::problem::ProblemDetails;

pub mod operator;
pub mod query;

/// `POST .../garages/{garage}/reservations`; the `Idempotency-Key` header is required. The same key returns the
/// same reservation; with another body it is refused as `idempotency_key_reused`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReservation {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    /// Absent: any pool of the garage with room.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "main"))]
    pub pool: Option<PoolId>,
    /// One of the caller's own plates; for `staff` and `resident` a plate with the permit. Operators may use any plate.
    pub plate: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    #[serde(default)]
    pub wish: ReservationIntent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reservation {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: ReservationId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road"))]
    pub garage: GarageId,
    pub garage_name: String,
    pub garage_name_en: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "main"))]
    pub pool: PoolId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "app"))]
    pub origin: EntryOrigin,
    pub plate: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "confirmed"))]
    pub state: EntryPhase,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub state_since: Timestamp,
    /// Held: deadline for the act `confirm`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Cancelled: the reason.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "driver"))]
    pub cause: Option<CancelCause>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "in_time"))]
    pub lateness: Option<CancelLateness>,
    /// Label of the numbered space, once the car is inside.
    pub space: Option<String>,
    /// Waiting: number of earlier entries for overlapping times.
    pub waiting_before: Option<u32>,
    /// Start of the time in which the gate admits the car: some minutes before the reservation, but not before the windows open and
    /// not in lock-out hours. `enter_until` ends that time: when the stay ends, or when lock-out hours begin.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub enter_from: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub enter_until: Option<Timestamp>,
    /// If the car does not come by then, the end of the grace, its space is released and the reservation is a no-show.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub kept_until: Option<Timestamp>,
    pub series: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Time of the last change; in quotes it is the entity tag, which acts and changes may send in `If-Match`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
}

impl Reservation {
    /// Entity tag with its quotes, for `ETag` and `If-Match`.
    pub fn etag(&self) -> String {
        Self::etag_at(self.changed_at)
    }

    /// Entity tag of a reservation with this `changed_at`.
    pub fn etag_at(changed_at: Timestamp) -> String {
        format!("\"{changed_at}\"")
    }
}

/// `PATCH .../reservations/{id}`: absent fields stay unchanged. A later `ends_at` extends the stay, also while the car is inside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReservationChange {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub starts_at: Option<Timestamp>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ends_at: Option<Timestamp>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "main"))]
    pub pool: Option<PoolId>,
    #[serde(default)]
    pub plate: Option<String>,
}

/// `POST .../reservations/{id}/acts`. Repeating a completed act returns the reservation unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReservationAct {
    pub act: ReservationActKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReservationActKind {
    /// Confirms a held reservation or an offer.
    Confirm,
    Cancel,
}

/// `GET .../reservations`: the caller's own, or for operators a garage's. Latest start first, paged by cursor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReservationPage {
    pub items: Vec<Reservation>,
    pub next: Option<String>,
}

/// `POST .../garages/{garage}/reservation-series`; `Idempotency-Key` required. At most 100 dates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReservationSeries {
    /// First reservation of the series; the others have the same local times.
    pub first: NewReservation,
    /// Local days of the starts, `YYYY-MM-DD`; may include the day of `first`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["2026-11-24", "2026-11-25"])))]
    pub dates: Vec<NaiveDate>,
    pub on_conflict: SeriesConflictPolicy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeriesConflictPolicy {
    /// Reserves the dates that are possible.
    Skip,
    /// All dates or none.
    Fail,
    /// Reserves nothing and returns what would be possible.
    Report,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReservationSeries {
    pub id: String,
    pub dates: Vec<SeriesDate>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesDate {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-24"))]
    pub date: NaiveDate,
    /// Absent if this date was not reserved.
    pub reservation: Option<Reservation>,
    /// Reason for refusal; absent if the date was reserved, or with `report` if it is possible.
    pub refused: Option<ProblemDetails>,
}

/// `GET .../garages/{garage}/quote?audience&starts_at&ends_at[&pool]`: what
/// could be reserved now. A quote guarantees no space; only a reservation does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AvailabilityQuote {
    /// Number of spaces that are free during the whole time.
    pub free: u32,
    /// Reason for refusal; absent if it can be reserved.
    pub refused: Option<ProblemDetails>,
    #[serde(flatten)]
    pub help: ReservationAlternatives,
}

/// `GET .../garages?audience`: garages in which the caller may reserve, with their open spaces.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedGarages {
    pub garages: Vec<SharedGarage>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedGarage {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road"))]
    pub id: GarageId,
    pub name: String,
    pub name_en: String,
    pub address: String,
    /// WGS-84 degrees.
    pub lat: f64,
    pub lon: f64,
    /// Audiences under which the caller may reserve here.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["public"])))]
    pub audiences: Vec<Audience>,
    /// Open spaces for the public now; absent without data.
    pub open: Option<u32>,
}

/// `GET .../garages/{garage}/forecast?audience&from&hours`: open spaces by windows and
/// reservations, now and for the coming hours.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolForecasts {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub made_at: Timestamp,
    pub step_minutes: u32,
    pub pools: Vec<PoolForecast>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolForecast {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "main"))]
    pub pool: PoolId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    pub slots: Vec<ForecastSlot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastSlot {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub from: Timestamp,
    /// Lowest number of free spaces within this step.
    pub free: u32,
    /// A window is open during the whole step: `free` 0 then means full, else closed.
    pub open: bool,
}

/// `GET .../notices`: newest first, at most 50.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriverNotices {
    pub items: Vec<DriverNotice>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriverNotice {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    pub kind: DriverNoticeKind,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub reservation: ReservationId,
    pub garage_name: String,
    pub garage_name_en: String,
    /// The operator's reason; empty without one.
    pub detail: String,
    pub read: bool,
}
