//! What is due by the clock in shared garages: offers and holds that expire, no-shows, stays beyond their end, reminders;
//! passages of which no book has heard because a process has died; cars that have left unseen. Every replica looks; the garage's row lets one do it.

use std::collections::BTreeMap;
use std::time::Duration;

use metrics::counter;
use service::retry::jittered;
use tokio::time::Instant;

use crate::app::{App, ingest};
use crate::store::visit::{evidence, to_book, unseen};
use crate::store::{StoreError, answered, garage, reservation};

const EVERY: Duration = Duration::from_secs(10);

const UNSEEN_EVERY: Duration = Duration::from_secs(600);

/// A car that came in elsewhere is looked for in other garages for so long.
const ELSEWHERE: Duration = Duration::from_secs(2 * 24 * 3600);

/// A gateway that was heard since has told what it knew.
const HEARD: Duration = Duration::from_secs(120);

/// A car whose stay ended so long ago and that is not in the count has left unseen. Until then the count may be about to be
/// corrected.
const UNSEEN: Duration = Duration::from_secs(12 * 3600);

pub async fn run(app: App) {
    let mut looked = Instant::now();
    loop {
        tokio::time::sleep(jittered(EVERY)).await;
        if looked.elapsed() > UNSEEN_EVERY {
            looked = Instant::now();
            if let Err(error) = answered(end_left_behind(&app)).await {
                tracing::warn!(%error, "cars that are in another garage were not ended; trying again in some minutes");
            }
            if let Err(error) = answered(end_unseen(&app)).await {
                tracing::warn!(%error, "stays of cars that have left unseen were not ended; trying again in some minutes");
            }
        }
        if let Err(error) = answered(sweep(&app)).await {
            tracing::warn!(%error, "what is due in the garages could not be seen; trying again in some seconds");
        }
    }
}

/// Nudges the garages in which something is due; gives how many.
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
    due.iter().for_each(|garage| app.allocation.nudge(garage));
    app.allocation.drop_unused();
    Ok(due.len())
}

/// Ends visits of cars that the count says have left; gives how many. Their books hear of it with the next sweep.
pub async fn end_unseen(app: &App) -> Result<u64, StoreError> {
    let mut tx = app.store.begin().await?;
    let ended = unseen::end(&mut tx, app.now() - UNSEEN).await?;
    if ended == 0 {
        tx.rollback().await?;
        return Ok(0);
    }
    tx.commit().await?;
    counter!("visits_ended_unseen_total").increment(ended);
    tracing::info!(
        visits = ended,
        "cars that should have left long ago are not in the count; their stays were ended"
    );
    Ok(ended)
}

/// Ends visits of cars that have since come into another garage, and takes them out of the counts; gives how many counts changed.
pub async fn end_left_behind(app: &App) -> Result<usize, StoreError> {
    let (now, mut healed) = (app.now(), 0);
    let since = now - ELSEWHERE;
    let mut tx = app.store.begin_read().await?;
    let garages = evidence::garages_left_behind(&mut tx, since, now - HEARD).await?;
    tx.rollback().await?;
    // One garage a transaction: none waits for another's row while it holds its own.
    for id in garages {
        let mut tx = app.store.begin().await?;
        if garage::lock(&mut tx, &id).await?.is_none_or(|garage| garage.occupied.is_none()) {
            continue;
        }
        let cars = evidence::end_left_behind(&mut tx, &id, since).await?;
        healed += ingest::heal(&mut tx, BTreeMap::from([(id, -cars)]), now).await?.len();
        tx.commit().await?;
    }
    Ok(healed)
}
