//! A guardian's own page: own children, own plates. A child for whom the guardian is blocked is not shown.

use domain::ids::PersonId;
use domain::minute::MinuteSpan;
use domain::shared_window::class_time_of_today;
use domain::time::Timestamp;
use protocol::people::{ChildArrival, GuardianChild, GuardianOverview, PickupWindow};

use super::App;
use super::arrival_board::plate_of;
use super::session::PersonCaller;
use super::{plate, sharing};
use store::arrival::SealedArrival;
use store::seal::{SealError, SealPurpose, SealingKeyring};
use store::{StoreError, Tx, arrival, person};

#[derive(Debug, thiserror::Error)]
pub enum GuardianError {
    #[error("the page could not be read")]
    Store(#[from] StoreError),
}

impl From<SealError> for GuardianError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

pub async fn read(app: &App, caller: &PersonCaller) -> Result<GuardianOverview, GuardianError> {
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    page(app, &mut tx, caller.person, now).await
}

/// The page as the open transaction sees it.
pub(super) async fn page(
    app: &App,
    tx: &mut Tx,
    person: PersonId,
    now: Timestamp,
) -> Result<GuardianOverview, GuardianError> {
    let mut children = Vec::new();
    for child in person::children(tx, person).await? {
        children.push(present(app, tx, child, now).await?);
    }
    Ok(GuardianOverview { children, plates: plate::of(&app.keys, tx, person).await? })
}

async fn present(
    app: &App,
    tx: &mut Tx,
    child: person::StoredChild,
    now: Timestamp,
) -> Result<GuardianChild, GuardianError> {
    let openings = sharing::openings(app, tx, &child.garage, now).await?;
    let today = arrival::of_pupil(tx, child.pupil, now.local_date()).await?;
    Ok(GuardianChild {
        pupil_id: child.pupil,
        name: app.keys.open(SealPurpose::PupilName, &child.name_enc)?,
        class_name: child.class_name,
        window: class_time_of_today(&openings, &child.class, now).map(pickup_window),
        arrival: today.last().map(|row| of_child(&app.keys, row)).transpose()?,
    })
}

fn pickup_window(time: MinuteSpan) -> PickupWindow {
    PickupWindow { from: time.from().timestamp(), to: time.until().timestamp() }
}

fn of_child(keys: &SealingKeyring, row: &SealedArrival) -> Result<ChildArrival, SealError> {
    let teacher = row.teacher_name_enc.as_deref();
    Ok(ChildArrival {
        id: row.id,
        phase: row.pickup.phase,
        order: row.order,
        arrived_at: row.arrived_at,
        changed_at: row.changed_at,
        plate: plate_of(keys, row)?,
        teacher: teacher.map(|sealed| keys.open(SealPurpose::PersonName, sealed)).transpose()?,
        car_left_at: row.car_left_at,
        at_gate: row.is_at_gate(),
        doubt: row.doubt,
    })
}
