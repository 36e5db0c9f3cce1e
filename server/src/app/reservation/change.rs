//! Change, confirmation and cancellation of a reservation.

use domain::allocation::entry::EntryPhase;
use domain::allocation::layout::PlateKey;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::ReservationId;
use protocol::reservation::{Reservation, ReservationActKind, ReservationChange};

use super::alternatives::{AlternativesQuery, help};
use super::own::own;
use super::{ReservationError, entitled, shown, wanted};
use crate::app::allocation::{self, AllocationRequest, ChangeRequest, RequestActor, ReservationActRequest};
use crate::app::etag::EntityTags;
use crate::app::session::PersonCaller;
use crate::app::standing::PersonEntitlements;
use crate::app::{App, standing};
use store::reservation::StoredReservation;

/// Changes an own reservation; `if_match` is the header, if there was one.
pub async fn change(
    app: &App,
    caller: &PersonCaller,
    id: ReservationId,
    if_match: Option<&EntityTags>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    check(app, caller, &stored, asked).await?;
    change_as(app, RequestActor::Person(caller.person), &stored, if_match, asked).await
}

/// Checks the changed reservation like a new one: the original right may have ended, and another time or pool has other
/// hours for the class of an own child.
async fn check(
    app: &App,
    caller: &PersonCaller,
    stored: &StoredReservation,
    asked: &ReservationChange,
) -> Result<(), ReservationError> {
    let (change, _) = wanted::change(app, stored.entry.span, asked)?;
    let (standing, entry) = (standing::of(app, caller).await?, &stored.entry);
    check_right(&standing, stored, change.plate.as_ref())?;
    if change.span.is_none() && change.pool.is_none() {
        return Ok(());
    }
    let span = change.span.unwrap_or(entry.span);
    let pool = change.pool.as_ref().unwrap_or(&entry.pool);
    entitled::check_times(app, &standing, &stored.garage, (entry.audience, Some(pool)), span).await
}

/// Checks the right for the plate that the reservation would have.
fn check_right(
    standing: &PersonEntitlements,
    stored: &StoredReservation,
    plate: Option<&PlateKey>,
) -> Result<(), ReservationError> {
    let entry = &stored.entry;
    match plate.or(entry.plate.as_ref()) {
        Some(plate) => entitled::check(standing, &stored.garage, entry.audience, plate),
        // The plate of a finished reservation is purged, and a finished reservation cannot be changed.
        None => Ok(()),
    }
}

/// Changes a reservation; the caller has checked the actor's right.
pub(in crate::app) async fn change_as(
    app: &App,
    by: RequestActor,
    stored: &StoredReservation,
    if_match: Option<&EntityTags>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let (change, plate) = wanted::change(app, stored.entry.span, asked)?;
    let question = AlternativesQuery {
        garage: stored.garage.clone(),
        audience: stored.entry.audience,
        pool: Some(change.pool.as_ref().unwrap_or(&stored.entry.pool).clone()),
        span: change.span.unwrap_or(stored.entry.span),
    };
    let known = if_match.cloned();
    let request = AllocationRequest::Change(ChangeRequest { by, id: stored.entry.id, change, plate, known });
    match allocation::submit(app, &stored.garage, request).await {
        Ok(answer) => shown::one(app, &shown::stored(answer)?).await,
        Err(error) => Err(with_help(app, question, error.into()).await),
    }
}

async fn with_help(app: &App, question: AlternativesQuery, error: ReservationError) -> ReservationError {
    let ReservationError::Refused { refusal: ReservationRefusal::Full { at, next }, .. } = error else {
        return error;
    };
    let help = Some(Box::new(help(app, question, next).await));
    ReservationError::Refused { refusal: ReservationRefusal::Full { at, next }, help }
}

/// Confirms or cancels an own reservation. To confirm needs the right still; to cancel needs none.
pub async fn act(
    app: &App,
    caller: &PersonCaller,
    id: ReservationId,
    if_match: Option<&EntityTags>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    let accepts = match stored.entry.phase() {
        // An offer may arrive between this check and the act.
        EntryPhase::Held | EntryPhase::Waiting => act == ReservationActKind::Confirm,
        EntryPhase::Confirmed
        | EntryPhase::CheckedIn
        | EntryPhase::Overstayed
        | EntryPhase::Completed
        | EntryPhase::Cancelled
        | EntryPhase::NoShow => false,
    };
    if accepts {
        check_right(standing::of(app, caller).await?.as_ref(), &stored, None)?;
    }
    act_as(app, RequestActor::Person(caller.person), &stored, if_match, act).await
}

/// Confirms or cancels a reservation; the caller has checked the actor's right. A cancelled reservation stays as it is.
pub(in crate::app) async fn act_as(
    app: &App,
    by: RequestActor,
    stored: &StoredReservation,
    if_match: Option<&EntityTags>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let cancels = act == ReservationActKind::Cancel;
    if cancels && stored.entry.phase() == EntryPhase::Cancelled {
        return shown::one(app, stored).await;
    }
    let asked = ReservationActRequest { by, id: stored.entry.id, known: if_match.cloned() };
    let request = if cancels { AllocationRequest::Cancel(asked) } else { AllocationRequest::Confirm(asked) };
    let answer = allocation::submit(app, &stored.garage, request).await?;
    shown::one(app, &shown::stored(answer)?).await
}
