//! A teacher releases a child, hands it over, confirms or rejects a claim, or takes the last of these back.
//!
//! The act is checked against the state on the teacher's screen (`seen`); a car that has passed the gate since then
//! does not count as another state. A repeated request, identified by its act and `seen`, and an act that a colleague
//! has already done change nothing and return the current arrival.

use domain::ids::ArrivalId;
use domain::pickup::{PickupAct, PickupError, PickupPhase};
use protocol::people::{ArrivalAct, ClassArrival};

use super::App;
use super::arrival_board::present;
use super::audit::{AuditAction, record};
use super::session::PersonCaller;
use store::arrival::{LastArrivalAct, SealedArrival};
use store::seal::SealError;
use store::{StoreError, arrival, feed, school};

#[derive(Debug, thiserror::Error)]
pub enum ArrivalActError {
    #[error("there is no such arrival")]
    NoSuchArrival,
    #[error("this person does not teach the arrival's class")]
    NotYourClass,
    #[error("the arrival has changed since it was shown")]
    Changed,
    #[error(transparent)]
    Pickup(#[from] PickupError),
    #[error("the arrival could not be read or written")]
    Store(#[from] StoreError),
}

impl From<SealError> for ArrivalActError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

pub async fn act(
    app: &App,
    caller: &PersonCaller,
    id: ArrivalId,
    asked: &ArrivalAct,
) -> Result<ClassArrival, ArrivalActError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    // Takes the lock under which the arrival cannot change after it is read (see `store::feed`).
    let cursor = feed::take_cursors(&mut tx, 1).await?;
    let before = arrival::find(&mut tx, id).await?.ok_or(ArrivalActError::NoSuchArrival)?;
    if school::taught_class(&mut tx, caller.person, &before.class).await?.is_none() {
        return Err(ArrivalActError::NotYourClass);
    }
    if is_done(&before, asked) {
        return Ok(present(&app.keys, &before, now)?);
    }
    if !before.is_shown_by(asked.seen) {
        return Err(ArrivalActError::Changed);
    }
    let pickup = before.pickup.act(asked.act, now)?;
    let last = LastArrivalAct { act: asked.act, seen: asked.seen };
    arrival::act(&mut tx, id, last, pickup, caller.person, cursor).await?;
    let change =
        feed::NewFeedChange { cursor, at: now, school: &before.school, class: &before.class, arrival: id };
    feed::append(&mut tx, &change).await?;
    record(&mut tx, now, caller.actor(), AuditAction::of_pickup(asked.act, id), "").await?;
    let after = arrival::find(&mut tx, id).await?.ok_or(ArrivalActError::NoSuchArrival)?;
    let answer = present(&app.keys, &after, now)?;
    tx.commit().await?;
    app.wake(cursor);
    Ok(answer)
}

/// Whether this same request was carried out, or the arrival is already in the act's final phase.
fn is_done(arrival: &SealedArrival, asked: &ArrivalAct) -> bool {
    let repeated = arrival.last_act == Some(LastArrivalAct { act: asked.act, seen: asked.seen });
    repeated || goal(asked.act, arrival.pickup.claimed) == Some(arrival.pickup.phase)
}

/// The phase in which an act ends; `None` if it depends on the arrival.
fn goal(act: PickupAct, claimed: bool) -> Option<PickupPhase> {
    match act {
        PickupAct::Confirm => claimed.then_some(PickupPhase::Waiting),
        PickupAct::Reject | PickupAct::NotHere => Some(PickupPhase::Rejected),
        PickupAct::Release => Some(PickupPhase::Released),
        PickupAct::HandOver => Some(PickupPhase::HandedOver),
        PickupAct::Undo => None,
    }
}
