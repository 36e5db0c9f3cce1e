//! Requests to a book, and facts and forecasts at its interface.

use serde::{Deserialize, Serialize};

use super::entry::EntryOrigin;
use super::layout::PlateKey;
use crate::audience::Audience;
use crate::ids::{PersonId, PoolId, ReservationId, VisitId};
use crate::minute::{Minute, MinuteSpan};
use crate::time::Timestamp;

/// Request for a new reservation. A repeated request with the same id returns the existing entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationRequest {
    pub id: ReservationId,
    /// Absent: the first pool, in order of ids, in which the stay fits.
    pub pool: Option<PoolId>,
    pub audience: Audience,
    pub origin: EntryOrigin,
    pub person: Option<PersonId>,
    pub plate: Option<PlateKey>,
    pub span: MinuteSpan,
    pub wish: ReservationIntent,
}

/// Action if a space is free, or if none is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReservationIntent {
    #[default]
    Confirm,
    /// Takes the space for a few minutes, until it is confirmed or expires.
    Hold,
    /// Joins the waiting list if a full pool is the only obstacle; without a pool, that of the first full one.
    ConfirmOrWait,
}

/// Fields to change; absent fields stay unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryChange {
    /// Once the car is inside, only the end may change.
    pub span: Option<MinuteSpan>,
    pub plate: Option<PlateKey>,
    pub pool: Option<PoolId>,
}

/// A car that has entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredCar {
    /// Id of a new entry if the car has no reservation.
    pub id: ReservationId,
    pub visit: VisitId,
    pub plate: Option<PlateKey>,
    /// Audience under which the car was admitted; absent counts as the public.
    pub audience: Option<Audience>,
    pub at: Timestamp,
}

/// A step of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSpaceSlot {
    pub from: Minute,
    /// Minimum of free spaces over the minutes of the step.
    pub free: u32,
    /// A window is open during the whole step.
    pub open: bool,
}
