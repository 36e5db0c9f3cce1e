//! Purges expired personal data once an hour. Every replica runs it; each row is purged once.

use std::time::Duration;

use crate::app::App;
use crate::app::purge::purge;

const EVERY: Duration = Duration::from_secs(3600);

/// A random delay: replicas that start together do not purge together, and a start is not slowed down.
const FIRST_WITHIN: Duration = Duration::from_secs(300);

pub async fn run(app: App) {
    tokio::time::sleep(FIRST_WITHIN.mul_f64(rand::random())).await;
    loop {
        match purge(&app).await {
            Ok(rows) => tracing::info!(rows, "expired personal data purged"),
            Err(error) => {
                tracing::error!(%error, "purge of personal data failed; will retry in an hour")
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
