//! Shared spaces: quotes, reservations, waiting, forecasts. The same bodies for parents and public drivers (`/api/v1`,
//! `/internal/v1`) and, where it says so, for operators.
//!
//! Times are whole minutes; intervals are half-open: `ends_at` is the first minute that is free again.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::entry::{Cause, Lateness, Origin, Phase};
use domain::ids::{GarageId, PoolId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::Problem;

pub mod asked;
pub mod operator;

/// `POST .../garages/{garage}/reservations`; the `Idempotency-Key` header is required: the same key again gives the same
/// reservation, with another body `idempotency_key_reused`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReservation {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    /// Absent: any pool of the garage in which it fits.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "main"))]
    pub pool: Option<PoolId>,
    /// One of the caller's own plates; for `staff` and `resident` one that has the permit. Operators may name any.
    pub plate: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    #[serde(default)]
    pub wish: WishedFor,
}

/// What to do with a free space, or without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WishedFor {
    #[default]
    Confirm,
    /// Hold it for some minutes; `confirm` follows.
    Hold,
    /// Confirm it, or join the waiting list if it is full.
    ConfirmOrWait,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reservation {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road"))]
    pub garage: GarageId,
    pub garage_name: String,
    pub garage_name_en: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "main"))]
    pub pool: PoolId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "app"))]
    pub origin: Origin,
    pub plate: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "confirmed"))]
    pub state: Phase,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub state_since: Timestamp,
    /// Held: confirm by then.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Cancelled: why.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "driver"))]
    pub cause: Option<Cause>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "in_time"))]
    pub lateness: Option<Lateness>,
    /// The numbered space, once inside.
    pub space: Option<String>,
    /// Waiting: how many are before this one for times that overlap.
    pub waiting_before: Option<u32>,
    /// When the gate lets the car in: some minutes before the start, and until the end of the grace.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub enter_from: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub enter_until: Option<Timestamp>,
    pub series: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Changes with every change; `If-Match` of acts and changes may carry it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
}

impl Reservation {
    /// Its entity tag, with the quotes: what `ETag` says and `If-Match` may ask for.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.changed_at)
    }
}

/// `PATCH .../reservations/{id}`: what is absent stays. Extending is a later `ends_at`, possible while the car is inside.
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

/// `POST .../reservations/{id}/acts`. Repeating an act that is done already answers with the reservation as it is.
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
    /// A held one or an offer.
    Confirm,
    Cancel,
}

/// `GET .../reservations`: own ones, or a garage's for operators; newest start first, by cursor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reservations {
    pub items: Vec<Reservation>,
    pub next: Option<String>,
}

/// `POST .../garages/{garage}/reservation-series`; `Idempotency-Key` required. At most 100 dates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSeries {
    /// The first of the series; the others have the same local times.
    pub first: NewReservation,
    /// Local days, `YYYY-MM-DD`, on which it starts; may include that of `first`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["2026-11-24", "2026-11-25"])))]
    pub dates: Vec<NaiveDate>,
    pub on_conflict: OnConflict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Reserve the dates that are possible.
    Skip,
    /// All dates or none.
    Fail,
    /// Reserve nothing; say what would be possible.
    Report,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
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
    /// Why not; absent if it is, or with `report` would be, possible.
    pub refused: Option<Problem>,
}

/// `GET .../garages/{garage}/quote?audience&starts_at&ends_at[&pool]`: what would be possible. Promises nothing: only a reservation does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Spaces free during the whole time.
    pub free: u32,
    /// Why it cannot be reserved, if it cannot.
    pub refused: Option<Problem>,
    #[serde(flatten)]
    pub help: Help,
}

/// What helps somebody who got no space. Also in a `full` problem, as `help`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Help {
    /// The next start at which a stay of this length is free at this garage.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub next_start: Option<Timestamp>,
    /// How many wait already for times that overlap.
    pub waiting: u32,
    /// Garages near by with a space for the same time, nearest first, at most five.
    pub alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alternative {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "shelter-east"))]
    pub garage: GarageId,
    pub name: String,
    pub name_en: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "public"))]
    pub audience: Audience,
    /// As the crow flies.
    pub distance_metres: u32,
    pub free: u32,
}

/// `GET .../garages?audience`: where somebody could reserve, with what is open now.
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
    /// Audiences as which the caller may reserve here.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["public"])))]
    pub audiences: Vec<Audience>,
    /// For the public, now; absent without data.
    pub open: Option<u32>,
}

/// `GET .../garages/{garage}/forecast?audience&from&hours`: open spaces from windows and reservations, now and for the coming hours.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Forecasts {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub made_at: Timestamp,
    pub step_minutes: u32,
    pub pools: Vec<Forecast>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Forecast {
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
    /// The least number in this step.
    pub free: u32,
    /// A window is open during the whole step: `free` 0 then means full, else closed.
    pub open: bool,
}

/// `GET .../notices`: newest first, at most 50.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notices {
    pub items: Vec<Notice>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    pub kind: NoticeKind,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub reservation: Uuid,
    pub garage_name: String,
    pub garage_name_en: String,
    /// An operator's reason, where there is one.
    pub detail: String,
    pub read: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    Offer,
    OfferExpired,
    EndingSoon,
    Overstayed,
    NoShow,
    Suspended,
    NeverFree,
    Blocked,
}
