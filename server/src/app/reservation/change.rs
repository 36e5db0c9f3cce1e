//! Changing a reservation, confirming and cancelling it.

use domain::allocation::entry::Phase;
use domain::allocation::refusal::Refusal;
use domain::minute::Span;
use protocol::reservation::{Reservation, ReservationActKind, ReservationChange};
use uuid::Uuid;

use super::help::{Question, help};
use super::own::own;
use super::{ReservationError, entitled, shown, wanted};
use crate::app::allocation::{self, Act, By, ChangeOne, Request};
use crate::app::session::Caller;
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

/// A new plate is the person's own, and a new time is one for the class of an own child.
async fn check(
    app: &App,
    caller: &Caller,
    stored: &Stored,
    asked: &ReservationChange,
) -> Result<(), ReservationError> {
    let (change, _) = wanted::change(app, stored.entry.span, asked)?;
    let (standing, audience) = (standing::of(app, caller).await?, stored.entry.audience);
    if let Some(plate) = &change.plate {
        entitled::check(&standing, &stored.garage, audience, plate)?;
    }
    let pool = change.pool.as_ref().unwrap_or(&stored.entry.pool);
    match change.span {
        Some(span) => {
            entitled::check_times(app, &standing, &stored.garage, (audience, Some(pool)), span).await
        }
        None => Ok(()),
    }
}

/// For whoever may.
pub(in crate::app) async fn change_as(
    app: &App,
    by: By,
    stored: &Stored,
    if_match: Option<&str>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let (change, plate) = wanted::change(app, stored.entry.span, asked)?;
    let span = change.span.unwrap_or(stored.entry.span);
    let known = shown::known(if_match)?;
    let request = Request::Change(ChangeOne { by, id: stored.entry.id, change, plate, known });
    match allocation::submit(app, &stored.garage, request).await {
        Ok(answer) => shown::one(app, &shown::stored(answer)?).await,
        Err(error) => Err(with_help(app, stored, span, error.into()).await),
    }
}

async fn with_help(app: &App, stored: &Stored, span: Span, error: ReservationError) -> ReservationError {
    let ReservationError::Refused { refusal: Refusal::Full { at, next }, .. } = error else { return error };
    let entry = &stored.entry;
    let question = Question {
        garage: stored.garage.clone(),
        audience: entry.audience,
        pool: Some(entry.pool.clone()),
        span,
    };
    let help = Some(Box::new(help(app, question, next).await));
    ReservationError::Refused { refusal: Refusal::Full { at, next }, help }
}

/// Confirms or cancels an own reservation.
pub async fn act(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    act_as(app, By::Person(caller.person), &stored, if_match, act).await
}

/// For whoever may. What is cancelled already stays as it is.
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
