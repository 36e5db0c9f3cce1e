//! Cars that must have left when pickup needs the spaces.

use domain::access::Audience;
use domain::allocation::AllocationBook;
use domain::allocation::entry::BookEntry;
use domain::allocation::layout::GarageLayout;
use domain::ids::{GarageId, PoolId, ReservationId};
use domain::minute::Minute;
use domain::time::Timestamp;
use protocol::reservation::operator::ClearingList;

use super::super::{OperatorCaller, require};
use crate::app::audit::{AuditAction, record};
use crate::app::reservation::{ReservationError, shown};
use crate::app::{App, allocation};
use store::reservation;

/// The list as the book has it.
struct ClearingCandidates {
    by: Minute,
    missing: u32,
    cars: Vec<ReservationId>,
}

/// Cars inside that must leave by `by`, overdue ones first. Without `by`: by the next start of pickup.
pub async fn clearing(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    by: Option<Timestamp>,
) -> Result<ClearingList, ReservationError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    record(&mut tx, now, caller.actor(), AuditAction::ClearingRead(garage), "").await?;
    tx.commit().await?;
    let list = allocation::read(app, garage, |book| list(book, by, now)).await?;
    let mut tx = app.store.begin_read().await?;
    let mut stored = reservation::by_ids(&mut tx, &list.cars).await?;
    drop(tx);
    let place = |id: ReservationId| list.cars.iter().position(|car| *car == id);
    stored.sort_by_key(|car| place(car.entry.id));
    Ok(ClearingList { by: list.by.timestamp(), missing: list.missing, cars: shown::all(app, &stored).await? })
}

fn list(book: &AllocationBook, by: Option<Timestamp>, now: Timestamp) -> ClearingCandidates {
    let layout = book.layout();
    let by = by.map_or_else(|| next_pickup(layout, now), Minute::ceil);
    let cars: Vec<&BookEntry> = book.clearing(by);
    let missing = layout.pools.keys().map(|pool| missing(book, pool, by)).sum();
    ClearingCandidates { by, missing, cars: cars.into_iter().map(|entry| entry.id).collect() }
}

/// Start of the current or next pickup; without any pickup, now.
fn next_pickup(layout: &GarageLayout, now: Timestamp) -> Minute {
    let pickups = layout.openings.iter().filter(|opening| opening.audience == Audience::Pickup);
    let next =
        pickups.filter(|opening| opening.span.until().timestamp() > now).map(|opening| opening.span.from());
    next.min().unwrap_or_else(|| Minute::ceil(now))
}

/// Spaces that pickup will need and that other cars occupy now.
fn missing(book: &AllocationBook, pool: &PoolId, by: Minute) -> u32 {
    let layout = book.layout();
    let needed = super::levels::quota_at(layout, pool, Audience::Pickup, by);
    let size = layout.pools.get(pool).map_or(0, |pool| pool.size);
    let in_service = size.saturating_sub(super::levels::out_of_service_at(layout, pool, by));
    let others = book.entries().filter(|entry| {
        entry.pool == *pool && entry.phase().is_inside() && entry.audience != Audience::Pickup
    });
    let others = u32::try_from(others.count()).unwrap_or(u32::MAX);
    needed.saturating_sub(in_service.saturating_sub(others))
}
