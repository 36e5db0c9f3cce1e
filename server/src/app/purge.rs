//! Purges expired personal data. Each row is purged once, by whichever replica comes first.

use std::time::Duration;

use domain::time::Timestamp;
use metrics::counter;

use super::App;
use store::StoreError;
use store::purge::{BATCH_ROWS, PurgeKind, delete_batch};

/// Phones that were offline for longer read today's board instead of the feed.
const FEED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Failed bind codes count for minutes. After a day their rows have no use.
const BIND_ATTEMPTS: Duration = Duration::from_secs(24 * 3600);

/// Purges all kinds once; returns the number of rows.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let mut rows = 0;
    for kind in PurgeKind::ALL {
        rows += forget(app, kind).await?;
    }
    Ok(rows)
}

/// Purges batch by batch, each in its own transaction, so that other transactions run in between.
async fn forget(app: &App, kind: PurgeKind) -> Result<u64, StoreError> {
    let before = before(app, kind);
    let mut rows = 0;
    loop {
        let mut tx = app.store.begin().await?;
        let bitten = delete_batch(&mut tx, kind, before).await?;
        tx.commit().await?;
        counter!("purged_rows_total", "what" => kind.label()).increment(bitten);
        rows += bitten;
        if bitten < BATCH_ROWS.unsigned_abs() {
            return Ok(rows);
        }
    }
}

fn before(app: &App, kind: PurgeKind) -> Timestamp {
    let now = app.now();
    match kind {
        PurgeKind::EventPlates
        | PurgeKind::VisitPlates
        | PurgeKind::DeadLetters
        | PurgeKind::Reservations
        | PurgeKind::Notices
        | PurgeKind::Strikes
        | PurgeKind::Blocks
        | PurgeKind::OrderPlates => now - app.retention.plates,
        PurgeKind::Arrivals => now - app.retention.arrivals,
        PurgeKind::Feed => now - FEED,
        PurgeKind::Audit | PurgeKind::OpenOrders => now - app.retention.audit,
        // Purged when they expire, independent of their age.
        PurgeKind::Sessions
        | PurgeKind::OperatorSessions
        | PurgeKind::BindCodes
        | PurgeKind::GatewayCodes => now,
        PurgeKind::BindAttempts => now - BIND_ATTEMPTS,
    }
}
