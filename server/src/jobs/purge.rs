//! Forgets personal data whose time is over, once an hour. Every replica does it; a row is forgotten once.

use std::time::Duration;

use domain::time::Timestamp;
use metrics::counter;

use crate::app::App;
use crate::store::StoreError;
use crate::store::purge::{BITE, Kind, bite};

const EVERY: Duration = Duration::from_secs(3600);

/// Replicas that start together do not purge together, and a start has better things to do.
const FIRST_WITHIN: Duration = Duration::from_secs(300);

/// Phones that were away for longer read the board of today instead of the feed.
const FEED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Wrong bind codes are counted over minutes; a day later nobody asks for them.
const BIND_ATTEMPTS: Duration = Duration::from_secs(24 * 3600);

pub async fn run(app: App) {
    tokio::time::sleep(FIRST_WITHIN.mul_f64(rand::random())).await;
    loop {
        match purge(&app).await {
            Ok(rows) => tracing::info!(rows, "personal data whose time is over was forgotten"),
            Err(error) => {
                tracing::error!(%error, "personal data could not be forgotten; trying again in an hour")
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One round over all kinds; gives the number of rows.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let mut rows = 0;
    for kind in Kind::ALL {
        rows += forget(app, kind).await?;
    }
    Ok(rows)
}

/// Bite by bite, each its own transaction: others get their turn in between.
async fn forget(app: &App, kind: Kind) -> Result<u64, StoreError> {
    let before = before(app, kind);
    let mut rows = 0;
    loop {
        let mut tx = app.store.begin().await?;
        let bitten = bite(&mut tx, kind, before).await?;
        tx.commit().await?;
        counter!("purged_rows_total", "what" => kind.label()).increment(bitten);
        rows += bitten;
        if bitten < BITE.unsigned_abs() {
            return Ok(rows);
        }
    }
}

fn before(app: &App, kind: Kind) -> Timestamp {
    let now = app.now();
    match kind {
        Kind::EventPlates
        | Kind::VisitPlates
        | Kind::DeadLetters
        | Kind::Reservations
        | Kind::Notices
        | Kind::Strikes
        | Kind::Blocks
        | Kind::OrderPlates => now - app.retention.plates,
        Kind::Arrivals => now - app.retention.arrivals,
        Kind::Feed => now - FEED,
        Kind::Audit | Kind::OpenOrders => now - app.retention.audit,
        // By the end of their life, not by their age.
        Kind::Sessions | Kind::OperatorSessions | Kind::BindCodes | Kind::GatewayCodes => now,
        Kind::BindAttempts => now - BIND_ATTEMPTS,
    }
}
