//! Background tasks of the server: ingest and allocation, timed jobs, the hourly purge, wake-ups between replicas,
//! the readiness check of the database.

use std::time::Duration;

use service::ProcessReadiness;
use service::retry::RetryBackoff;
use store::wake::{self, ReplicaListener, ReplicaNotification};
use store::{Store, StoreError};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, allocation, ingest, open_order};
use crate::jobs::{calendar, publish, purge, sweep};

/// Interval of the database's readiness check.
const LOOK: Duration = Duration::from_secs(2);

/// A database that takes longer to answer "1" is not ready.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Time limit for the end of the tasks. Tasks that commit first commit their queues.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Tasks that stop and are joined together.
pub(crate) struct BackgroundTasks {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl BackgroundTasks {
    pub(crate) fn start(app: &App, readiness: &ProcessReadiness) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(ingest::run(app.clone(), stop.clone()));
        tasks.spawn(allocation::run(app.clone(), stop.clone()));
        tasks.spawn(until(stop.clone(), announce(app.clone())));
        tasks.spawn(until(stop.clone(), listen_with_retry(app.clone())));
        tasks.spawn(until(stop.clone(), open_order::poll_database(app.clone())));
        tasks.spawn(until(stop.clone(), purge::run(app.clone())));
        tasks.spawn(until(stop.clone(), sweep::run(app.clone())));
        tasks.spawn(until(stop.clone(), calendar::run(app.clone())));
        tasks.spawn(until(stop.clone(), publish::run(app.clone())));
        tasks.spawn(until(stop.clone(), watch_database(app.store.clone(), readiness.check("database"))));
        Self { tasks, stop }
    }

    /// Call it after the last request, when no request waits for these tasks.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        if timeout(STOP_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                waited_ms = STOP_WITHIN.as_millis(),
                "background tasks still running at shutdown timeout"
            );
        }
    }
}

async fn until(stop: CancellationToken, task: impl Future<Output = ()>) {
    stop.run_until_cancelled(task).await;
}

/// Notifies other replicas of this one's commits; consecutive commits are one notification.
async fn announce(app: App) {
    let mut committed = app.committed.subscribe();
    let mut backoff = RetryBackoff::new("feed_announce", Duration::from_millis(50), Duration::from_secs(5));
    while committed.changed().await.is_ok() {
        let cursor = *committed.borrow_and_update();
        match wake::announce(&app.store, cursor).await {
            Ok(()) => backoff.reset(),
            // The notification can be dropped: other replicas poll once a second.
            Err(error) => {
                tracing::debug!(error = %error, "NOTIFY failed; other replicas will poll");
                sleep(backoff.next_delay()).await;
            }
        }
    }
}

/// Receives the notifications of other replicas' commits and reconnects after a failure.
async fn listen_with_retry(app: App) {
    let mut backoff = RetryBackoff::new("feed_listen", Duration::from_millis(100), Duration::from_secs(10));
    loop {
        match listen(&app, &mut backoff).await {
            Ok(ListenEnd::Nobody) => return,
            Ok(ListenEnd::Lost) => tracing::warn!("LISTEN connection lost; falling back to polling"),
            Err(error) => tracing::warn!(error = %error, "LISTEN unavailable; falling back to polling"),
        }
        sleep(backoff.next_delay()).await;
    }
}

enum ListenEnd {
    /// The database is SQLite, with this process only.
    Nobody,
    /// The connection was lost.
    Lost,
}

async fn listen(app: &App, backoff: &mut RetryBackoff) -> Result<ListenEnd, StoreError> {
    let Some(mut ear) = ReplicaListener::open(&app.store).await? else { return Ok(ListenEnd::Nobody) };
    backoff.reset();
    while let Some(news) = ear.next().await? {
        match news {
            ReplicaNotification::Feed(cursor) => app.advance_feed(cursor),
            ReplicaNotification::Order(garage) => app.waiters.wake(&garage),
        }
    }
    Ok(ListenEnd::Lost)
}

async fn watch_database(store: Store, check: service::readiness::ReadinessCheck) {
    loop {
        match timeout(ANSWER_WITHIN, store.ping()).await {
            Ok(Ok(())) => check.set_ready(),
            Ok(Err(_)) | Err(_) => check.set_failed("does not answer"),
        }
        sleep(LOOK).await;
    }
}
