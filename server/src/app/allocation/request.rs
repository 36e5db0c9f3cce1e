//! Requests to the allocator and its replies.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::entry::{CancelCause, EntryOrigin};
use domain::allocation::refusal::ReservationRefusal;
use domain::allocation::{EntryChange, ReservationIntent};
use domain::ids::{PersonId, PoolId, ReservationId};
use domain::minute::MinuteSpan;
use protocol::reservation::SeriesConflictPolicy;

use crate::app::etag::EntityTags;
use crate::app::idempotency::{IdempotencyKey, IdempotencyKeyReused};
use store::StoreError;
use store::reservation::{ReservationCreator, StoredReservation};
use store::seal::SealedValue;

/// The actor of a request. The caller has authenticated the actor and checked its right to the plate, audience and
/// garage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestActor {
    /// Sees and changes only the person's own reservations.
    Person(PersonId),
    /// Operator by id. May change every reservation of the garage; limits per plate and blocks do not apply.
    Operator(String),
}

impl RequestActor {
    pub(super) fn made_by(&self) -> ReservationCreator {
        match self {
            Self::Person(person) => ReservationCreator::Person(*person),
            Self::Operator(id) => ReservationCreator::Operator(id.clone()),
        }
    }

    pub(super) const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(*person),
            Self::Operator(_) => None,
        }
    }

    pub(super) const fn origin(&self) -> EntryOrigin {
        match self {
            Self::Person(_) => EntryOrigin::App,
            Self::Operator(_) => EntryOrigin::Operator,
        }
    }

    pub(super) const fn cause(&self) -> CancelCause {
        match self {
            Self::Person(_) => CancelCause::Driver,
            Self::Operator(_) => CancelCause::Operator,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllocationRequest {
    /// Reply: a reservation, as for changes and acts.
    Reserve(ReserveRequest),
    /// Reply: a series.
    Series(SeriesRequest),
    Change(ChangeRequest),
    Confirm(ReservationActRequest),
    Cancel(ReservationActRequest),
    /// Cancels reservations for the operator who has closed their spaces, with a notice to each person. Skips those
    /// that have finished since. Reply: done.
    Suspend(SuspendRequest),
    /// Applies passages and what is due by the clock, now instead of within seconds. Reply: done.
    Settle,
}

/// A new reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveRequest {
    pub by: RequestActor,
    /// The client's idempotency key, unique per actor and garage.
    pub key: IdempotencyKey,
    /// `None`: the first pool in which it fits.
    pub pool: Option<PoolId>,
    pub audience: Audience,
    /// Sealed as [`SealPurpose::Plate`](store::seal::SealPurpose::Plate).
    pub plate: SealedValue,
    pub span: MinuteSpan,
    pub wish: ReservationIntent,
}

/// The same reservation on several days, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRequest {
    /// Template with the local times; it is reserved itself only if its day is one of `dates`.
    pub first: ReserveRequest,
    /// Local days on which it starts.
    pub dates: Vec<NaiveDate>,
    pub on_conflict: SeriesConflictPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    pub by: RequestActor,
    pub id: ReservationId,
    pub change: EntryChange,
    /// The new plate, sealed; the plate of `change` is filled from it.
    pub plate: Option<SealedValue>,
    /// Expected entity tag of the reservation; `None`: no precondition.
    pub known: Option<EntityTags>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationActRequest {
    pub by: RequestActor,
    pub id: ReservationId,
    /// Expected entity tag of the reservation; `None`: no precondition.
    pub known: Option<EntityTags>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspendRequest {
    pub ids: Vec<ReservationId>,
    /// Text for the notices.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllocationReply {
    Reservation(Box<StoredReservation>),
    Series(SeriesReply),
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesReply {
    pub id: String,
    /// In the order of the request.
    pub dates: Vec<SeriesDateReply>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesDateReply {
    pub date: NaiveDate,
    pub outcome: SeriesDateOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeriesDateOutcome {
    Reserved(Box<StoredReservation>),
    /// The date is possible but not reserved: the request was for a report, or another date failed.
    Possible,
    Refused(ReservationRefusal),
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AllocationError {
    #[error("refused")]
    Refused(#[source] ReservationRefusal),
    /// Also for another person's reservation.
    #[error("there is no such reservation")]
    NotFound,
    #[error("there is no such garage")]
    NoSuchGarage,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
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

impl From<ReservationRefusal> for AllocationError {
    fn from(refusal: ReservationRefusal) -> Self {
        if refusal == ReservationRefusal::NotFound { Self::NotFound } else { Self::Refused(refusal) }
    }
}
