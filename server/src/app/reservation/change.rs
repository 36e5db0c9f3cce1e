//! Change, confirmation and cancellation of a reservation.

use domain::allocation::entry::Phase;
use domain::allocation::layout::PlateKey;
use domain::allocation::refusal::Refusal;
use protocol::reservation::{Reservation, ReservationActKind, ReservationChange};
use uuid::Uuid;

use super::help::{Question, help};
use super::own::own;
use super::{ReservationError, entitled, shown, wanted};
use crate::app::allocation::{self, Act, By, ChangeOne, Request};
use crate::app::session::Caller;
use crate::app::standing::Standing;
use crate::app::{App, standing};
use crate::store::reservation::Stored;

/// Changes an own reservation; `if_match` is the header, if there was one.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    check(app, caller, &stored, asked).await?;
    change_as(app, By::Person(caller.person), &stored, if_match, asked).await
}

/// Checks the changed reservation like a new one: the original right may have ended, and another time or pool has other
/// hours for the class of an own child.
async fn check(
    app: &App,
    caller: &Caller,
    stored: &Stored,
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
    standing: &Standing,
    stored: &Stored,
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
    by: By,
    stored: &Stored,
    if_match: Option<&str>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let (change, plate) = wanted::change(app, stored.entry.span, asked)?;
    let question = Question {
        garage: stored.garage.clone(),
        audience: stored.entry.audience,
        pool: Some(change.pool.as_ref().unwrap_or(&stored.entry.pool).clone()),
        span: change.span.unwrap_or(stored.entry.span),
    };
    let known = shown::known(if_match)?;
    let request = Request::Change(ChangeOne { by, id: stored.entry.id, change, plate, known });
    match allocation::submit(app, &stored.garage, request).await {
        Ok(answer) => shown::one(app, &shown::stored(answer)?).await,
        Err(error) => Err(with_help(app, question, error.into()).await),
    }
}

async fn with_help(app: &App, question: Question, error: ReservationError) -> ReservationError {
    let ReservationError::Refused { refusal: Refusal::Full { at, next }, .. } = error else { return error };
    let help = Some(Box::new(help(app, question, next).await));
    ReservationError::Refused { refusal: Refusal::Full { at, next }, help }
}

/// Confirms or cancels an own reservation. To confirm needs the right still; to cancel needs none.
pub async fn act(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    let accepts = match stored.entry.phase() {
        // An offer may arrive between this check and the act.
        Phase::Held | Phase::Waiting => act == ReservationActKind::Confirm,
        Phase::Confirmed
        | Phase::CheckedIn
        | Phase::Overstayed
        | Phase::Completed
        | Phase::Cancelled
        | Phase::NoShow => false,
    };
    if accepts {
        check_right(standing::of(app, caller).await?.as_ref(), &stored, None)?;
    }
    act_as(app, By::Person(caller.person), &stored, if_match, act).await
}

/// Confirms or cancels a reservation; the caller has checked the actor's right. A cancelled reservation stays as it is.
pub(in crate::app) async fn act_as(
    app: &App,
    by: By,
    stored: &Stored,
    if_match: Option<&str>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let cancels = act == ReservationActKind::Cancel;
    if cancels && stored.entry.phase() == Phase::Cancelled {
        return shown::one(app, stored).await;
    }
    let asked = Act { by, id: stored.entry.id, known: shown::known(if_match)? };
    let request = if cancels { Request::Cancel(asked) } else { Request::Confirm(asked) };
    let answer = allocation::submit(app, &stored.garage, request).await?;
    shown::one(app, &shown::stored(answer)?).await
}
