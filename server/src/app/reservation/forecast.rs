//! Open spaces in the coming hours, from windows and reservations.

use domain::access::Audience;
use domain::allocation::AllocationBook;
use domain::ids::GarageId;
use domain::minute::{Minute, Minutes};
use domain::time::Timestamp;
use protocol::reservation::query::PoolForecastQuery;
use protocol::reservation::{ForecastSlot, PoolForecast, PoolForecasts};

use super::ReservationError;
use crate::app::session::PersonCaller;
use crate::app::{App, allocation, standing};

const STEP: Minutes = Minutes(15);

pub const DEFAULT_HOURS: u32 = 24;

/// Three days: the book's windows reach little further than the longest booking horizon.
pub const MOST_HOURS: u32 = 72;

/// Forecast for a person who may reserve as this audience here.
pub async fn forecast(
    app: &App,
    caller: &PersonCaller,
    garage: &GarageId,
    asked: &PoolForecastQuery,
) -> Result<PoolForecasts, ReservationError> {
    let audience = asked.audience.unwrap_or(Audience::Public);
    if !standing::of(app, caller).await?.may_look(garage, audience) {
        return Err(ReservationError::NotEntitled);
    }
    of(app, garage, &[audience], asked).await
}

/// Forecast without a check of rights.
pub(in crate::app) async fn of(
    app: &App,
    garage: &GarageId,
    audiences: &[Audience],
    asked: &PoolForecastQuery,
) -> Result<PoolForecasts, ReservationError> {
    let hours = asked.hours.unwrap_or(DEFAULT_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(ReservationError::Field { field: "hours", why: "must be 1 to 72".to_owned() });
    }
    let made_at = app.now();
    let (from, steps) = (first_step(asked.from.unwrap_or(made_at)), hours * 60 / STEP.0);
    let pools = allocation::read(app, garage, |book| {
        audiences.iter().flat_map(|audience| pools(book, *audience, from, steps)).collect()
    });
    Ok(PoolForecasts { made_at, step_minutes: STEP.0, pools: pools.await? })
}

/// Steps begin at full quarters of an hour.
fn first_step(at: Timestamp) -> Minute {
    let minute = Minute::floor(at).get();
    Minute::new(minute - minute.rem_euclid(i64::from(STEP.0)))
}

/// Forecasts of the pools that have an opening for the audience.
fn pools(book: &AllocationBook, audience: Audience, from: Minute, steps: u32) -> Vec<PoolForecast> {
    let layout = book.layout();
    let shared = layout.pools.keys().filter(|pool| {
        layout.openings.iter().any(|opening| opening.pool == **pool && opening.audience == audience)
    });
    let count = usize::try_from(steps).unwrap_or(0);
    let forecast = |pool: &domain::ids::PoolId| PoolForecast {
        pool: pool.clone(),
        audience,
        slots: book.forecast(pool, audience, from, STEP, count).into_iter().map(slot).collect(),
    };
    shared.map(forecast).collect()
}

fn slot(slot: domain::allocation::FreeSpaceSlot) -> ForecastSlot {
    ForecastSlot { from: slot.from.timestamp(), free: slot.free, open: slot.open }
}
