//! Requests to the allocator and its replies.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::entry::{Cause, Origin};
use domain::allocation::refusal::Refusal;
use domain::allocation::{Change, Wish};
use domain::ids::PoolId;
use domain::minute::Span;
use domain::time::Timestamp;
use protocol::reservation::OnConflict;
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::reservation::{MadeBy, Stored};
use crate::store::seal::Sealed;

/// The actor of a request. The caller has authenticated the actor and checked its right to the plate, audience and
/// garage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Sees and changes only the person's own reservations.
    Person(Uuid),
    /// Operator by id. May change every reservation of the garage; limits per plate and blocks do not apply.
    Operator(String),
}

impl By {
    pub(super) fn made_by(&self) -> MadeBy {
        match self {
            Self::Person(person) => MadeBy::Person(*person),
            Self::Operator(id) => MadeBy::Operator(id.clone()),
        }
    }

    pub(super) const fn person(&self) -> Option<Uuid> {
        match self {
            Self::Person(person) => Some(*person),
            Self::Operator(_) => None,
        }
    }

    pub(super) const fn origin(&self) -> Origin {
        match self {
            Self::Person(_) => Origin::App,
            Self::Operator(_) => Origin::Operator,
        }
    }

    pub(super) const fn cause(&self) -> Cause {
        match self {
            Self::Person(_) => Cause::Driver,
            Self::Operator(_) => Cause::Operator,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Reply: a reservation, as for changes and acts.
    Reserve(Reserve),
    /// Reply: a series.
    Series(ReserveSeries),
    Change(ChangeOne),
    Confirm(Act),
    Cancel(Act),
    /// Cancels reservations for the operator who has closed their spaces, with a notice to each person. Skips those
    /// that have finished since. Reply: done.
    Suspend(Suspend),
    /// Applies passages and what is due by the clock, now instead of within seconds. Reply: done.
    Settle,
}

/// A new reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserve {
    pub by: By,
    /// The client's idempotency key, unique per actor and garage.
    pub key: String,
    /// `None`: the first pool in which it fits.
    pub pool: Option<PoolId>,
    pub audience: Audience,
    /// Sealed as [`Purpose::Plate`](crate::store::seal::Purpose::Plate).
    pub plate: Sealed,
    pub span: Span,
    pub wish: Wish,
}

/// The same reservation on several days, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveSeries {
    /// Template with the local times; it is reserved itself only if its day is one of `dates`.
    pub first: Reserve,
    /// Local days on which it starts.
    pub dates: Vec<NaiveDate>,
    pub on_conflict: OnConflict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOne {
    pub by: By,
    pub id: Uuid,
    pub change: Change,
    /// The new plate, sealed; the plate of `change` is filled from it.
    pub plate: Option<Sealed>,
    /// Expected `changed_at`; `None`: no precondition.
    pub known: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub by: By,
    pub id: Uuid,
    /// Expected `changed_at`; `None`: no precondition.
    pub known: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspend {
    pub ids: Vec<Uuid>,
    /// Text for the notices.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Reservation(Box<Stored>),
    Series(SeriesAnswer),
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAnswer {
    pub id: String,
    /// In the order of the request.
    pub dates: Vec<DateAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateAnswer {
    pub date: NaiveDate,
    pub outcome: DateOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateOutcome {
    Reserved(Box<Stored>),
    /// The date is possible but not reserved: the request was for a report, or another date failed.
    Possible,
    Refused(Refusal),
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AllocationError {
    #[error("refused")]
    Refused(#[source] Refusal),
    /// Also for another person's reservation.
    #[error("there is no such reservation")]
    NotFound,
    #[error("there is no such garage")]
    NoSuchGarage,
    #[error("this key was used for another request")]
    KeyReused,
    #[error("the reservation has changed since it was read")]
    Changed,
    /// The request may still be carried out; a retry with the same key returns the result.
    #[error("too many requests are waiting")]
    Busy,
    #[error("the server is closing")]
    Closing,
    #[error("the request could not be stored")]
    Store(#[from] StoreError),
}

impl From<Refusal> for AllocationError {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::NotFound { Self::NotFound } else { Self::Refused(refusal) }
    }
}
