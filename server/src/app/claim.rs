//! A guardian reports "I am here" by hand, for a car that no camera has read. The teacher confirms it before anything
//! else happens.
//!
//! A guardian may report only own children, only while the school's pickup window is open. While a child has an open
//! arrival no other one is created, which also limits the rate.

use chrono::NaiveDate;
use domain::ids::{ArrivalId, PupilId};
use domain::pickup::PickupState;
use domain::shared_window::is_class_time;
use domain::time::Timestamp;
use protocol::people::{ArrivalClaim, FeedCursor, GuardianOverview, ReadingDoubt};
use uuid::Uuid;

use super::App;
use super::audit::{AuditAction, record};
use super::guardian::{self, GuardianError};
use super::session::PersonCaller;
use super::sharing;
use store::arrival::SealedArrival;
use store::person::StoredChild;
use store::{StoreError, Tx, arrival, feed, person};

/// More children than any guardian has.
const MOST_PUPILS: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum ArrivalClaimError {
    #[error("one of the pupils is not a child of this person")]
    NotYourChild,
    #[error("at most {MOST_PUPILS} pupils")]
    TooManyPupils,
    #[error("this person has no children here")]
    NotAGuardian,
    #[error("the school's pickup window is not open")]
    OutsideWindow,
    #[error(transparent)]
    Page(#[from] GuardianError),
    #[error("the claim could not be written")]
    Store(#[from] StoreError),
}

pub async fn claim(
    app: &App,
    caller: &PersonCaller,
    asked: &ArrivalClaim,
) -> Result<GuardianOverview, ArrivalClaimError> {
    if asked.pupils.len() > MOST_PUPILS {
        return Err(ArrivalClaimError::TooManyPupils);
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let children = chosen(person::children(&mut tx, caller.person).await?, &asked.pupils)?;
    let open = in_window(app, &mut tx, children, now).await?;
    let last = write(&mut tx, caller, &open, now).await?;
    let page = guardian::page(app, &mut tx, caller.person, now).await?;
    tx.commit().await?;
    if let Some(cursor) = last {
        app.wake(cursor);
    }
    Ok(page)
}

/// All children, or the named ones. A named pupil who is not a child of this guardian fails the whole request.
fn chosen(children: Vec<StoredChild>, named: &[PupilId]) -> Result<Vec<StoredChild>, ArrivalClaimError> {
    if children.is_empty() {
        return Err(ArrivalClaimError::NotAGuardian);
    }
    if !named.iter().all(|id| children.iter().any(|child| child.pupil == *id)) {
        return Err(ArrivalClaimError::NotYourChild);
    }
    Ok(children.into_iter().filter(|child| named.is_empty() || named.contains(&child.pupil)).collect())
}

/// Children whose school is open for pickup; an error if there are none.
async fn in_window(
    app: &App,
    tx: &mut Tx,
    children: Vec<StoredChild>,
    now: Timestamp,
) -> Result<Vec<StoredChild>, ArrivalClaimError> {
    let mut open = Vec::new();
    for child in children {
        let openings = sharing::openings(app, tx, &child.garage, now).await?;
        if is_class_time(&openings, &child.class, now) {
            open.push(child);
        }
    }
    if open.is_empty() { Err(ArrivalClaimError::OutsideWindow) } else { Ok(open) }
}

/// Returns the last cursor, if any claim was new.
async fn write(
    tx: &mut Tx,
    caller: &PersonCaller,
    children: &[StoredChild],
    now: Timestamp,
) -> Result<Option<FeedCursor>, ArrivalClaimError> {
    // Takes no cursor yet, only the lock under which "has no open arrival" stays true (see `store::feed`).
    feed::take_cursors(tx, 0).await?;
    let mut last = None;
    for child in children {
        if has_open_arrival(tx, child.pupil, now.local_date()).await? {
            continue;
        }
        let cursor = feed::take_cursors(tx, 1).await?;
        insert(tx, caller, child, now, cursor).await?;
        last = Some(cursor);
    }
    Ok(last)
}

async fn has_open_arrival(tx: &mut Tx, pupil: PupilId, day: NaiveDate) -> Result<bool, StoreError> {
    // A misreading is not an arrival of a guardian.
    let is_arrival =
        |row: &SealedArrival| row.pickup.phase.is_open() && row.doubt != Some(ReadingDoubt::ReadAgain);
    Ok(arrival::of_pupil(tx, pupil, day).await?.iter().any(is_arrival))
}

async fn insert(
    tx: &mut Tx,
    caller: &PersonCaller,
    child: &StoredChild,
    now: Timestamp,
    cursor: FeedCursor,
) -> Result<(), StoreError> {
    let id = ArrivalId::from(Uuid::now_v7());
    let new = arrival::NewArrival {
        id,
        school: &child.school,
        class: &child.class,
        pupil: child.pupil,
        garage: &child.garage,
        day: now.local_date(),
        pickup: PickupState::claimed(now),
        arrived_at: now,
        changed_at: now,
        cursor,
        car: None,
        guardian: Some(&child.relation),
        note: None,
        entry_event: None,
        entered_at: None,
        doubt: None,
    };
    arrival::insert(tx, &new).await?;
    let change =
        feed::NewFeedChange { cursor, at: now, school: &child.school, class: &child.class, arrival: id };
    feed::append(tx, &change).await?;
    record(tx, now, caller.actor(), AuditAction::ArrivalClaim(id), "").await
}
