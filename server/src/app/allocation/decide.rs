//! Decides requests, one after the other, against the books of a transaction.

use std::collections::HashMap;

use domain::allocation::entry::{CancelCause, EntryPhase};
use domain::allocation::refusal::ReservationRefusal;
use domain::allocation::{EntryChange, ReservationRequest};
use domain::ids::ReservationId;
use domain::minute::Minute;
use domain::time::Timestamp;
use protocol::reservation::Reservation;

use super::key::{digest, key_of, plate_key};
use super::request::{
    AllocationError, AllocationRequest, ChangeRequest, RequestActor, ReservationActRequest, ReserveRequest,
    SuspendRequest,
};
use super::series::{self, SeriesDecision};
use super::working_book::WorkingBook;
use crate::app::audit::AuditAction;
use crate::app::etag::EntityTags;
use store::reservation::{ClientReservationKey, ReservationDetails, StoredReservation};

/// Reservations read once for the whole batch.
#[derive(Default)]
pub(super) struct PriorReservations {
    pub by_key: HashMap<ClientReservationKey, StoredReservation>,
    /// Reservations that requests name and that are not live.
    pub finished: HashMap<ReservationId, StoredReservation>,
}

/// Becomes a reply once the rows are written.
pub(super) enum RequestDecision {
    Entry(ReservationId),
    Series(SeriesDecision),
    Done,
}

pub(super) fn decide(
    work: &mut WorkingBook,
    known: &PriorReservations,
    request: &AllocationRequest,
    now: Timestamp,
) -> Result<RequestDecision, AllocationError> {
    match request {
        AllocationRequest::Reserve(asked) => {
            let key = key_of(&work.garage, asked);
            reserve(work, known, asked, (key, None), now).map(RequestDecision::Entry)
        }
        AllocationRequest::Series(series) => {
            series::decide(work, known, series, now).map(RequestDecision::Series)
        }
        AllocationRequest::Change(change) => change_one(work, known, change, now).map(RequestDecision::Entry),
        AllocationRequest::Confirm(act) => confirm(work, known, act, now).map(RequestDecision::Entry),
        AllocationRequest::Cancel(act) => cancel(work, known, act, now).map(RequestDecision::Entry),
        AllocationRequest::Suspend(suspended) => {
            suspend(work, suspended, now);
            Ok(RequestDecision::Done)
        }
        // `commit` has already settled the whole garage.
        AllocationRequest::Settle => Ok(RequestDecision::Done),
    }
}

/// The reservation of the key's first request, if there was one.
pub(super) fn repeated(
    work: &WorkingBook,
    known: &PriorReservations,
    key: &ClientReservationKey,
    asked: &ReserveRequest,
) -> Result<Option<ReservationId>, AllocationError> {
    let stored = known.by_key.get(key).map(|stored| stored.entry.id);
    let Some(id) = stored.or_else(|| work.keys.get(key).copied()) else { return Ok(None) };
    digest(asked).require_in(*id.as_uuid())?;
    Ok(Some(id))
}

/// Reserves one space. `series` is the id of the series, if the reservation belongs to one.
pub(super) fn reserve(
    work: &mut WorkingBook,
    known: &PriorReservations,
    asked: &ReserveRequest,
    (key, series): (ClientReservationKey, Option<&str>),
    now: Timestamp,
) -> Result<ReservationId, AllocationError> {
    if let Some(id) = repeated(work, known, &key, asked)? {
        return Ok(id);
    }
    let ask = ask(asked, digest(asked).new_id().into());
    work.cached.book.reserve(&ask, now)?;
    let details = ReservationDetails {
        made_by: asked.by.made_by(),
        client_key: Some(key.key.clone()),
        series: series.map(str::to_owned),
        plate_enc: Some(asked.plate.enc.clone()),
        state_since: now,
        changed_at: Timestamp::from_micros(0),
    };
    work.add(ask.id, details);
    work.keys.insert(key, ask.id);
    work.acted(&asked.by, AuditAction::ReservationCreate(ask.id));
    Ok(ask.id)
}

pub(super) fn ask(asked: &ReserveRequest, id: ReservationId) -> ReservationRequest {
    ReservationRequest {
        id,
        pool: asked.pool.clone(),
        audience: asked.audience,
        origin: asked.by.origin(),
        person: asked.by.person(),
        plate: Some(plate_key(&asked.plate)),
        span: asked.span,
        wish: asked.wish,
    }
}

/// Another person's reservation counts as not found.
fn own(
    work: &WorkingBook,
    known: &PriorReservations,
    by: &RequestActor,
    id: ReservationId,
) -> Result<(EntryPhase, Timestamp), AllocationError> {
    let live = work.cached.book.entry(id).zip(work.cached.details.get(&id));
    let finished = || {
        let stored = known.finished.get(&id).filter(|stored| stored.garage == work.garage)?;
        Some((&stored.entry, &stored.details))
    };
    let (entry, details) = live.or_else(finished).ok_or(AllocationError::NotFound)?;
    match by {
        RequestActor::Person(person) if entry.person != Some(*person) => Err(AllocationError::NotFound),
        RequestActor::Person(_) | RequestActor::Operator(_) => Ok((entry.phase(), details.changed_at)),
    }
}

fn unchanged(known: Option<&EntityTags>, changed_at: Timestamp) -> Result<(), AllocationError> {
    let is_current = known.is_none_or(|tags| tags.contain(&Reservation::etag_at(changed_at)));
    if is_current { Ok(()) } else { Err(AllocationError::Changed) }
}

/// The book does not contain finished reservations.
fn still_live(phase: EntryPhase) -> Result<(), AllocationError> {
    if phase.is_live() { Ok(()) } else { Err(ReservationRefusal::WrongPhase { phase }.into()) }
}

fn change_one(
    work: &mut WorkingBook,
    known: &PriorReservations,
    asked: &ChangeRequest,
    now: Timestamp,
) -> Result<ReservationId, AllocationError> {
    let (phase, changed_at) = own(work, known, &asked.by, asked.id)?;
    unchanged(asked.known.as_ref(), changed_at)?;
    still_live(phase)?;
    let plate = asked.plate.as_ref().map(plate_key);
    let change = EntryChange { plate, ..asked.change.clone() };
    work.cached.book.change(asked.id, &change, now)?;
    if let Some((plate, details)) = asked.plate.as_ref().zip(work.cached.details.get_mut(&asked.id)) {
        details.plate_enc = Some(plate.enc.clone());
    }
    work.acted(&asked.by, AuditAction::ReservationChange(asked.id));
    Ok(asked.id)
}

fn confirm(
    work: &mut WorkingBook,
    known: &PriorReservations,
    act: &ReservationActRequest,
    now: Timestamp,
) -> Result<ReservationId, AllocationError> {
    let (phase, changed_at) = own(work, known, &act.by, act.id)?;
    if phase != EntryPhase::Confirmed {
        unchanged(act.known.as_ref(), changed_at)?;
        still_live(phase)?;
        work.cached.book.confirm(act.id, now)?;
        work.acted(&act.by, AuditAction::ReservationConfirm(act.id));
    }
    Ok(act.id)
}

fn cancel(
    work: &mut WorkingBook,
    known: &PriorReservations,
    act: &ReservationActRequest,
    now: Timestamp,
) -> Result<ReservationId, AllocationError> {
    let (phase, changed_at) = own(work, known, &act.by, act.id)?;
    if phase != EntryPhase::Cancelled {
        unchanged(act.known.as_ref(), changed_at)?;
        still_live(phase)?;
        work.cached.book.cancel(act.id, act.by.cause(), now)?;
        work.acted(&act.by, AuditAction::ReservationCancel(act.id));
    }
    Ok(act.id)
}

fn suspend(work: &mut WorkingBook, suspended: &SuspendRequest, now: Timestamp) {
    for id in &suspended.ids {
        // A reservation that was checked in, cancelled or never existed cannot be cancelled.
        if work.cached.book.cancel(*id, CancelCause::Suspended, now).is_ok() {
            work.reasons.insert(*id, suspended.reason.clone());
        }
    }
}

/// Start at the local time of `first` on another day.
pub(super) fn start_on(first: &ReserveRequest, midnight: Minute) -> Minute {
    Minute::new(midnight.get() + first.span.from().local_minute_of_day())
}
