//! The arrivals of a class as its teachers see them. No other role can read them.

use domain::ids::ClassId;
use domain::pickup::{PickupAct, UNDO_WINDOW};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::people::{ClassArrival, ClassArrivals, FeedCursor, PAGE};

use super::App;
use super::audit::{AuditAction, record};
use super::session::PersonCaller;
use store::arrival::SealedArrival;
use store::seal::{SealError, SealPurpose, SealingKeyring};
use store::{StoreError, arrival, feed, school};

#[derive(Debug, thiserror::Error)]
pub enum ArrivalBoardError {
    #[error("this person does not teach this class")]
    NotYourClass,
    #[error("arrivals could not be read")]
    Store(#[from] StoreError),
}

impl From<SealError> for ArrivalBoardError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// Today's board, or its changes after `after`. The cursor is the feed's head in the same snapshot, so the next call
/// misses no change.
pub async fn read(
    app: &App,
    caller: &PersonCaller,
    class: &ClassId,
    after: Option<FeedCursor>,
) -> Result<ClassArrivals, ArrivalBoardError> {
    log_reading(app, caller, class).await?;
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    let class =
        school::taught_class(&mut tx, caller.person, class).await?.ok_or(ArrivalBoardError::NotYourClass)?;
    let head = feed::head(&mut tx).await?;
    let today = now.local_date();
    let mut rows = match after {
        None => arrival::board(&mut tx, &class.id, today).await?,
        Some(after) => arrival::changed_in_class(&mut tx, &class.id, today, after, PAGE + 1).await?,
    };
    let (cursor, more) = match after {
        None => (head, false),
        Some(_) => cut(&mut rows, head),
    };
    let arrivals = rows.iter().map(|row| present(&app.keys, row, now)).collect::<Result<_, _>>()?;
    Ok(ClassArrivals { class, cursor, more, arrivals })
}

/// Cuts the rows to one page. Returns the next cursor and whether rows are left.
pub(super) fn cut(rows: &mut Vec<SealedArrival>, head: FeedCursor) -> (FeedCursor, bool) {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    match rows.last() {
        Some(last) if more => (last.cursor, true),
        Some(_) | None => (head, false),
    }
}

/// The arrival as a teacher sees it.
pub(super) fn present(
    keys: &SealingKeyring,
    row: &SealedArrival,
    now: Timestamp,
) -> Result<ClassArrival, SealError> {
    let can_undo = row.pickup.act(PickupAct::Undo, now).is_ok();
    Ok(ClassArrival {
        id: row.id,
        cursor: row.cursor,
        pupil_id: row.pupil,
        pupil: keys.open(SealPurpose::PupilName, &row.pupil_name_enc)?,
        class: row.class.clone(),
        class_name: row.class_name.clone(),
        phase: row.pickup.phase,
        order: row.order,
        arrived_at: row.arrived_at,
        changed_at: row.changed_at,
        undo_until: can_undo.then(|| row.pickup.since + UNDO_WINDOW),
        plate_tail: plate_of(keys, row)?.and_then(|plate| tail(&plate)),
        guardian: row.guardian.clone(),
        note: row.note,
        car_left_at: row.car_left_at,
        at_gate: row.is_at_gate(),
        doubt: row.doubt,
    })
}

pub(super) fn plate_of(keys: &SealingKeyring, row: &SealedArrival) -> Result<Option<String>, SealError> {
    row.plate_enc.as_deref().map(|sealed| keys.open(SealPurpose::Plate, sealed)).transpose()
}

fn tail(plate: &str) -> Option<String> {
    Plate::parse(plate).ok().map(|plate| plate.tail())
}

/// Writes one audit line per session, class and day, committed before the names are returned (invariant 9).
async fn log_reading(app: &App, caller: &PersonCaller, class: &ClassId) -> Result<(), ArrivalBoardError> {
    let now = app.now();
    let today = now.local_date();
    if app.reads.is_logged(caller.session_key(), class, today) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    if school::taught_class(&mut tx, caller.person, class).await?.is_none() {
        return Err(ArrivalBoardError::NotYourClass);
    }
    record(&mut tx, now, caller.actor(), AuditAction::ArrivalsRead(class), "").await?;
    tx.commit().await?;
    app.reads.logged(caller.session_key(), class, today);
    Ok(())
}
