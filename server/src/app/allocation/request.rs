//! What may be asked of the allocator, and what it answers.

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

/// Who asks. The caller has authenticated them and has checked that they may use plate, audience and garage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Sees and changes only what is the person's own.
    Person(Uuid),
    /// By id. May change every reservation of the garage, and is not bound by limits per plate and blocks.
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
    /// Answered with [`Answer::Reservation`], as are changes and acts.
    Reserve(Reserve),
    /// Answered with [`Answer::Series`].
    Series(ReserveSeries),
    Change(ChangeOne),
    Confirm(Act),
    Cancel(Act),
    /// Cancels for the operator who has closed their spaces, with a notice to each person. Those that have finished
    /// meanwhile are passed over. Answered with [`Answer::Done`].
    Suspend(Suspend),
    /// What passed the gate and what is due by the clock, now instead of within seconds. Answered with [`Answer::Done`].
    Settle,
}

/// A new reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserve {
    pub by: By,
    /// The client's key: once per asker and garage.
    pub key: String,
    /// Absent: the first pool in which it fits.
    pub pool: Option<PoolId>,
    pub audience: Audience,
    /// Sealed as [`Purpose::Plate`](crate::store::seal::Purpose::Plate).
    pub plate: Sealed,
    pub span: Span,
    pub wish: Wish,
}

/// The same for several days, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveSeries {
    /// Its span says the local times; it is not itself reserved unless its day is one of `dates`.
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
    /// The new plate, sealed; [`Change::plate`] is filled from it.
    pub plate: Option<Sealed>,
    /// `changed_at` as the caller knows it; absent: whatever it is.
    pub known: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub by: By,
    pub id: Uuid,
    /// As in [`ChangeOne::known`].
    pub known: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspend {
    pub ids: Vec<Uuid>,
    /// For the notices.
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
    /// In the order in which they were asked for.
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
    /// Nothing stands against it, but nothing was reserved: only asked for a report, or another date failed.
    Possible,
    Refused(Refusal),
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum AllocationError {
    #[error("refused")]
    Refused(#[source] Refusal),
    /// Neither is one of somebody else.
    #[error("there is no such reservation")]
    NotFound,
    #[error("there is no such garage")]
    NoSuchGarage,
    #[error("this key was used for another request")]
    KeyReused,
    #[error("the reservation has changed meanwhile")]
    Changed,
    /// Maybe it will still be done: the same key says so.
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
