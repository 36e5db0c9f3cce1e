//! What is due by the clock in shared garages: transitions of reservations, and visits of cars that have left unseen.

use std::collections::BTreeMap;
use std::time::Duration;

use metrics::counter;

use super::{App, ingest};
use crate::context::ServerContext;
use store::visit::{evidence, to_book, unseen};
use store::{StoreError, garage, reservation};

/// Period after an entry elsewhere in which the car's older visits are searched.
const ELSEWHERE: Duration = Duration::from_secs(2 * 24 * 3600);

/// A gateway without backlog that has reported within this period has sent all its exits.
const REPORTED_WITHIN: Duration = Duration::from_secs(120);

/// A car that should have left this long ago and is not in the count has left unseen. Before that, the count may
/// still be corrected.
const UNSEEN: Duration = Duration::from_secs(12 * 3600);

/// Marks the books of the garages where a transition is due; returns their number.
pub async fn sweep(app: &App) -> Result<usize, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let mut due = to_book::garages(&mut tx).await?;
    let live = reservation::live_garages(&mut tx).await?;
    tx.rollback().await?;
    for (garage, version) in live {
        if !due.contains(&garage) && app.allocation.is_due(app, &garage, version) {
            due.push(garage);
        }
    }
    due.iter().for_each(|garage| app.allocation.mark_stale(garage));
    app.allocation.drop_unused();
    Ok(due.len())
}

/// Ends visits of cars that have left according to the count; returns their number. The next sweep passes them to the
/// books.
pub async fn end_unseen(context: &ServerContext) -> Result<u64, StoreError> {
    let mut tx = context.store.begin().await?;
    let ended = unseen::end(&mut tx, context.now() - UNSEEN).await?;
    if ended == 0 {
        tx.rollback().await?;
        return Ok(0);
    }
    tx.commit().await?;
    counter!("visits_ended_unseen_total").increment(ended);
    tracing::info!(visits = ended, "closed overstayed visits that are not in the count");
    Ok(ended)
}

/// Ends visits of cars that have since entered another garage and corrects the counts; returns the number of changed
/// counts.
pub async fn end_left_behind(context: &ServerContext) -> Result<usize, StoreError> {
    let (now, mut healed) = (context.now(), 0);
    let since = now - ELSEWHERE;
    let mut tx = context.store.begin_read().await?;
    let garages = evidence::garages_left_behind(&mut tx, since, now - REPORTED_WITHIN).await?;
    tx.rollback().await?;
    // One garage a transaction: none waits for another garage's row while it holds its own.
    for id in garages {
        let mut tx = context.store.begin().await?;
        if garage::lock(&mut tx, &id).await?.is_none_or(|garage| garage.occupied.is_none()) {
            continue;
        }
        let cars = evidence::end_left_behind(&mut tx, &id, since).await?;
        healed += ingest::heal(&mut tx, BTreeMap::from([(id, -cars)]), now).await?.len();
        tx.commit().await?;
    }
    Ok(healed)
}
