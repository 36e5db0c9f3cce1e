//! Readiness of the database: it answers, and it takes writes. A full or read-only disk answers every read, so only a
//! write shows it. The process becomes ready again by itself.

use std::time::Duration;

use metrics::{counter, gauge};
use service::disk_space::free_bytes;
use service::readiness::ReadinessCheck;
use store::{StorageFailure, Store, StoreError};
use tokio::time::{Instant, sleep, timeout};

/// Interval of the checks.
const LOOK: Duration = Duration::from_secs(2);

/// A database that takes longer to answer "1" is not ready.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Interval of the writes while they succeed; a failed one is repeated at the next look.
const WRITE_EVERY: Duration = Duration::from_secs(10);

/// Watches until it is dropped.
pub(crate) async fn run(store: Store, check: ReadinessCheck) {
    let mut watch = DatabaseWatch { store, check, failure: None, wrote: None };
    loop {
        watch.look().await;
        sleep(LOOK).await;
    }
}

/// Counts a failure of the storage.
pub(crate) fn count(failure: StorageFailure) {
    counter!("database_storage_failures_total", "why" => failure.label()).increment(1);
}

struct DatabaseWatch {
    store: Store,
    check: ReadinessCheck,
    failure: Option<StorageFailure>,
    /// The last write that succeeded.
    wrote: Option<Instant>,
}

impl DatabaseWatch {
    async fn look(&mut self) {
        self.measure();
        match timeout(ANSWER_WITHIN, self.store.ping()).await {
            Ok(Ok(())) => self.write().await,
            Ok(Err(error)) if error.storage_failure().is_some() => self.failed(&error),
            Ok(Err(_)) | Err(_) => return self.check.set_failed("does not answer"),
        }
        match self.failure {
            None => self.check.set_ready(),
            Some(failure) => self.check.set_failed(failure.reason()),
        }
    }

    async fn write(&mut self) {
        let is_due = self.wrote.is_none_or(|wrote| wrote.elapsed() >= WRITE_EVERY);
        if !is_due && self.failure.is_none() {
            return;
        }
        // Neither a time-out nor a lock is a fault of the disk: a long import writes as well.
        match timeout(ANSWER_WITHIN, self.store.probe_write()).await {
            Ok(Ok(())) => {
                if self.failure.take().is_some() {
                    tracing::info!("database takes writes again");
                }
                self.wrote = Some(Instant::now());
            }
            Ok(Err(error)) => self.failed(&error),
            Err(_) => {}
        }
    }

    /// Other failures than the storage's change nothing.
    fn failed(&mut self, error: &StoreError) {
        let Some(failure) = error.storage_failure() else { return };
        count(failure);
        if self.failure.replace(failure) != Some(failure) {
            tracing::error!(
                why = failure.label(),
                "database storage failed; not ready until it takes writes"
            );
        }
    }

    fn measure(&self) {
        let Some(folder) = self.store.folder() else { return };
        match free_bytes(&folder) {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no disk has 2^52 bytes free")]
            Ok(free) => gauge!("database_disk_free_bytes").set(free as f64),
            Err(error) => tracing::debug!(%error, "free disk space not measured"),
        }
    }
}
