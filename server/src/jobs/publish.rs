//! Renews the open-space feed also without readers, so that its history has no gaps and its times of change are
//! right.

use std::time::Duration;

use crate::app::{App, public_sites};

/// Several renewals within the five minutes between two samples.
const EVERY: Duration = Duration::from_secs(30);

pub async fn run(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = public_sites::snapshot(&app).await {
            tracing::warn!(%error, "open-space feed not renewed; will retry");
        }
    }
}
