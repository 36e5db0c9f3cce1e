//! Reservations of a garage, for its operators. Reading plates is audited. The allocator audits each change in the
//! transaction of the change.
//!
//! - [`clearing`]: cars that must leave by a given time
//! - [`timeline`]: a day as a chart
//! - [`block`]: blocked plates, and strikes

pub mod block;
pub mod clearing;
mod levels;
pub mod timeline;

use chrono::NaiveDate;
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use protocol::reservation::query::PoolForecastQuery;
use protocol::reservation::{
    NewReservation, PoolForecasts, Reservation, ReservationActKind, ReservationChange, ReservationPage,
};

use super::{OperatorCaller, OperatorError, require};
use crate::app::App;
use crate::app::allocation::RequestActor;
use crate::app::audit::{AuditAction, record};
use crate::app::etag::EntityTags;
use crate::app::idempotency::IdempotencyKey;
use crate::app::reservation::wanted::ReservationDraft;
use crate::app::reservation::{ReservationError, change, forecast, own, reserve};
use crate::context::ServerContext;
use store::reservation::{self, StoredReservation};

/// Rows on one page.
const PAGE: u32 = 100;

impl From<OperatorError> for ReservationError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NoSuchGarage => Self::NoSuchGarage,
            OperatorError::Store(error) => Self::Store(error),
        }
    }
}

/// Start of the local day and of the next one.
fn bounds(day: NaiveDate) -> (Timestamp, Timestamp) {
    let midnight = |day: NaiveDate| Timestamp::from_local(day.and_time(chrono::NaiveTime::MIN));
    (midnight(day), midnight(day.succ_opt().unwrap_or(day)))
}

/// Reservations of a local day, newest start first; without a day, today's.
pub async fn page(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    day: Option<NaiveDate>,
    cursor: Option<&str>,
) -> Result<ReservationPage, ReservationError> {
    let before = cursor.map(own::parse_cursor).transpose()?;
    let day = day.unwrap_or_else(|| app.now().local_date());
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let rows = reservation::of_garage(&mut tx, garage, bounds(day), before, PAGE + 1).await?;
    let detail = day.to_string();
    record(&mut tx, app.now(), caller.actor(), AuditAction::ReservationRead(garage), &detail).await?;
    tx.commit().await?;
    own::present(app, rows, PAGE).await
}

/// Reserves for any plate, on the operator's responsibility. A repeated key returns the same reservation.
pub async fn add(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewReservation,
) -> Result<Reservation, ReservationError> {
    may_run(app, caller, garage).await?;
    let wanted = ReservationDraft::parse(app, new)?;
    let by = RequestActor::Operator(caller.operator.clone());
    reserve::submit(app, garage, by, key, &wanted).await
}

pub async fn change(
    app: &App,
    caller: &OperatorCaller,
    (garage, id): (&GarageId, ReservationId),
    if_match: Option<&EntityTags>,
    asked: &ReservationChange,
) -> Result<Reservation, ReservationError> {
    let stored = of_garage(app, caller, garage, id).await?;
    let by = RequestActor::Operator(caller.operator.clone());
    change::change_as(app, by, &stored, if_match, asked).await
}

pub async fn act(
    app: &App,
    caller: &OperatorCaller,
    (garage, id): (&GarageId, ReservationId),
    if_match: Option<&EntityTags>,
    act: ReservationActKind,
) -> Result<Reservation, ReservationError> {
    let stored = of_garage(app, caller, garage, id).await?;
    let by = RequestActor::Operator(caller.operator.clone());
    change::act_as(app, by, &stored, if_match, act).await
}

/// Forecast for one audience, or for all.
pub async fn forecast(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    asked: &PoolForecastQuery,
) -> Result<PoolForecasts, ReservationError> {
    use domain::access::Audience::{Pickup, Public, Resident, Staff};
    may_run(app, caller, garage).await?;
    match asked.audience {
        Some(audience) => forecast::of(app, garage, &[audience], asked).await,
        None => forecast::of(app, garage, &[Pickup, Staff, Resident, Public], asked).await,
    }
}

async fn may_run(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<(), ReservationError> {
    let mut tx = context.store.begin_read().await?;
    Ok(require(&mut tx, caller, garage).await?)
}

/// A reservation of this garage; one of another garage counts as not found.
async fn of_garage(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    id: ReservationId,
) -> Result<StoredReservation, ReservationError> {
    may_run(context, caller, garage).await?;
    own::find(context, id).await?.filter(|stored| stored.garage == *garage).ok_or(ReservationError::NotFound)
}
