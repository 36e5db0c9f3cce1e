//! A garage's day: spaces of each pool by audience in the past, now and in the future, and the number of cars counted
//! inside.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::layout::GarageLayout;
use domain::ids::{GarageId, PoolId};
use domain::minute::{Minute, MinuteSpan};
use domain::time::Timestamp;
use protocol::reservation::operator::{DayTimeline, OccupancyPoint, PoolTimeline};

use super::super::{OperatorCaller, require};
use super::{bounds, levels};
use crate::app::audit::{AuditAction, record};
use crate::app::reservation::{ReservationError, shown};
use crate::app::{App, allocation};
use store::reservation::{self, StoredReservation};
use store::{occupancy_history, pool};

/// More stays than a day of the largest garage has.
const MOST: u32 = 5_000;

/// More changes of a count than a day has.
const MOST_POINTS: i64 = 20_000;

/// The timeline of a local day; without a day, today's.
pub async fn timeline(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    day: Option<NaiveDate>,
) -> Result<DayTimeline, ReservationError> {
    let day = day.unwrap_or_else(|| app.now().local_date());
    let (from, until) = bounds(day);
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let stored = reservation::of_garage(&mut tx, garage, (from, until), None, MOST).await?;
    let pools = pool::of_garage(&mut tx, garage).await?;
    let changes = occupancy_history::of_garage(&mut tx, garage, from, MOST_POINTS).await?;
    let detail = day.to_string();
    record(&mut tx, app.now(), caller.actor(), AuditAction::TimelineRead(garage), &detail).await?;
    tx.commit().await?;
    let layout = allocation::read(app, garage, |book| book.layout().clone()).await?;
    let span = MinuteSpan::new(Minute::floor(from), Minute::floor(until));
    let span = span
        .map_err(|_| ReservationError::Field { field: "day", why: "is not a supported date".to_owned() })?;
    Ok(DayTimeline {
        day,
        pools: courses(&layout, pools, &stored, span),
        reservations: shown::all(app, &stored).await?,
        occupied: occupied(&changes, (from, until)),
    })
}

fn courses(
    layout: &GarageLayout,
    pools: Vec<pool::StoredPool>,
    stored: &[StoredReservation],
    day: MinuteSpan,
) -> Vec<PoolTimeline> {
    let mut stays: HashMap<&PoolId, Vec<(MinuteSpan, Audience)>> = HashMap::new();
    for entry in stored.iter().map(|stored| &stored.entry) {
        if let Some(taken) = levels::taken(entry) {
            stays.entry(&entry.pool).or_default().push((taken, entry.audience));
        }
    }
    let course = |pool: pool::StoredPool| PoolTimeline {
        levels: levels::course(layout, &pool.id, stays.get(&pool.id).map_or(&[], Vec::as_slice), day),
        pool: pool.id,
        name: pool.name,
        name_en: pool.name_en,
        size: pool.size,
    };
    pools.into_iter().map(course).collect()
}

/// Past counts follow backwards from the present one, so the changes come newest first. A correction stores the count
/// before it, which removes the error of missed passages.
fn occupied(
    course: &occupancy_history::OccupancyHistory,
    (from, until): (Timestamp, Timestamp),
) -> Vec<OccupancyPoint> {
    let Some(mut count) = course.now else { return Vec::new() };
    let mut points = Vec::new();
    for change in &course.changes {
        if change.at < until {
            points.push(OccupancyPoint { at: change.at, occupied: count });
        }
        match change.before {
            occupancy_history::CountBeforeChange::Less(delta) => count -= delta,
            occupancy_history::CountBeforeChange::Was(Some(before)) => count = before,
            // Before the first correction there was no data.
            occupancy_history::CountBeforeChange::Was(None) => {
                points.reverse();
                return points;
            }
        }
    }
    points.push(OccupancyPoint { at: from, occupied: count });
    points.reverse();
    points
}
