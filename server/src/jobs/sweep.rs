//! Timed transitions in shared garages: expiry of offers and holds, no-shows, overstays, reminders; passages that no
//! book has processed because a process died; cars that have left unseen. Every replica looks for them, and the lock
//! of the garage's row lets one execute them.

use std::time::Duration;

use service::retry::jittered;
use tokio::time::Instant;

use crate::app::App;
use crate::app::overdue::{end_left_behind, end_unseen, sweep};
use store::with_timeout;

const EVERY: Duration = Duration::from_secs(10);

const UNSEEN_EVERY: Duration = Duration::from_secs(600);

pub async fn run(app: App) {
    let mut looked = Instant::now();
    loop {
        tokio::time::sleep(jittered(EVERY)).await;
        if looked.elapsed() > UNSEEN_EVERY {
            looked = Instant::now();
            if let Err(error) = with_timeout(end_left_behind(&app)).await {
                tracing::warn!(%error, "closing visits superseded elsewhere failed; will retry");
            }
            if let Err(error) = with_timeout(end_unseen(&app)).await {
                tracing::warn!(%error, "closing visits of cars that left unseen failed; will retry");
            }
        }
        if let Err(error) = with_timeout(sweep(&app)).await {
            tracing::warn!(%error, "sweep of due reservations failed; will retry");
        }
    }
}
