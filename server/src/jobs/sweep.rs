//! What is due by the clock in shared garages: offers and holds that expire, no-shows, stays beyond their end, reminders; and
//! passages of which no book has heard because a process has died. Every replica looks; the garage's row lets one do it.

use std::time::Duration;

use process::retry::jittered;

use crate::app::App;
use crate::store::visit::to_book;
use crate::store::{StoreError, reservation};

const EVERY: Duration = Duration::from_secs(10);

pub async fn run(app: App) {
    loop {
        tokio::time::sleep(jittered(EVERY)).await;
        if let Err(error) = sweep(&app).await {
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
    for garage in live {
        if !due.contains(&garage) && app.allocation.is_due(app, &garage) {
            due.push(garage);
        }
    }
    due.iter().for_each(|garage| app.allocation.nudge(garage));
    app.allocation.drop_unused();
    Ok(due.len())
}
