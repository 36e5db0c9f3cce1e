//! What may be asked of a book.

use uuid::Uuid;

use super::entry::Origin;
use super::layout::PlateKey;
use crate::access::Audience;
use crate::ids::PoolId;
use crate::minute::{Minute, Span};
use crate::time::Timestamp;

/// A new reservation. Asking again with the same id answers what became of the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub id: Uuid,
    /// Absent: the first pool, in order, in which it fits.
    pub pool: Option<PoolId>,
    pub audience: Audience,
    pub origin: Origin,
    pub person: Option<Uuid>,
    pub plate: Option<PlateKey>,
    pub span: Span,
    pub wish: Wish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Confirm,
    /// Takes the space for a few minutes, in which it can be confirmed.
    Hold,
    /// Waits if nothing but a full pool stands against it; without a pool, in the first that is full.
    ConfirmOrWait,
}

/// What shall be different; absent is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Once the car is inside, only the end may change.
    pub span: Option<Span>,
    pub plate: Option<PlateKey>,
    pub pool: Option<PoolId>,
}

/// A car that has come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// For the entry, if there is no reservation.
    pub id: Uuid,
    pub visit: Uuid,
    pub plate: Option<PlateKey>,
    /// As whom it came in; absent counts as the public.
    pub audience: Option<Audience>,
    pub at: Timestamp,
}

/// A step of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub from: Minute,
    /// The fewest that are free at any minute of the step.
    pub free: u32,
    /// A window is open during all of the step.
    pub open: bool,
}
