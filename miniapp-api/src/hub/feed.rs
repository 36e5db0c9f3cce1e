//! The one task that follows the server's feed.
//!
//! After each failure the task first requests the feed's head: a head before its own cursor means that another database is
//! behind the server. Otherwise the poll goes on from the old cursor, so that no news from the time of the failure is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use protocol::people::{ArrivalFeedPage, FeedCursor};
use service::readiness::ReadinessCheck;
use service::retry::RetryBackoff;

use super::PushHub;
use crate::server::ServerCallError;

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// An empty response that arrives sooner than this was no long poll; an immediate next request would be a busy loop.
const TOO_SOON: Duration = Duration::from_millis(200);

/// Follows until the hub shuts down.
pub async fn follow(hub: Arc<PushHub>, ready: ReadinessCheck) {
    let mut follower = FeedFollower { hub: hub.clone(), ready, place: None, sure: false };
    tokio::select! {
        () = hub.shutdown.cancelled() => {}
        () = follower.run() => {}
    }
}

struct FeedFollower {
    hub: Arc<PushHub>,
    ready: ReadinessCheck,
    place: Option<FeedCursor>,
    /// The feed's head has been compared with `place` since the last failure.
    sure: bool,
}

impl FeedFollower {
    async fn run(&mut self) {
        let mut backoff = RetryBackoff::new("feed", FIRST_RETRY, LONGEST_RETRY);
        loop {
            let started = Instant::now();
            match self.step().await {
                Ok(FeedPollOutcome::News) => backoff.reset(),
                Ok(FeedPollOutcome::Nothing) if started.elapsed() >= TOO_SOON => backoff.reset(),
                Ok(FeedPollOutcome::Nothing) => tokio::time::sleep(backoff.next_delay()).await,
                Err(error) => {
                    self.failed(&error);
                    tokio::time::sleep(backoff.next_delay()).await;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<FeedPollOutcome, ServerCallError> {
        let Some(place) = self.place.filter(|_| self.sure) else {
            let head = self.hub.server.feed(None, Duration::ZERO).await?;
            self.start_at(head.cursor);
            return Ok(FeedPollOutcome::News);
        };
        let page = self.hub.server.feed(Some(place), self.hub.limits.feed_wait).await?;
        counter!("feed_polls_total").increment(1);
        if page.cursor < place {
            self.went_backwards(page.cursor);
            return Ok(FeedPollOutcome::Nothing);
        }
        Ok(self.pass_on(&page))
    }

    fn pass_on(&mut self, page: &ArrivalFeedPage) -> FeedPollOutcome {
        let moved = self.place != Some(page.cursor);
        self.hub.news(page);
        self.place = Some(page.cursor);
        gauge!("feed_cursor").set(page.cursor as f64);
        if moved { FeedPollOutcome::News } else { FeedPollOutcome::Nothing }
    }

    fn start_at(&mut self, head: FeedCursor) {
        match self.place {
            Some(place) if head < place => self.went_backwards(head),
            Some(_) => {}
            None => self.place = Some(head),
        }
        self.sure = true;
        self.hub.set_following(true);
        self.ready.set_ready();
        tracing::info!(feed.cursor = head, "following server feed");
    }

    fn went_backwards(&mut self, head: FeedCursor) {
        counter!("feed_backwards_total").increment(1);
        tracing::warn!(feed.cursor = head, "feed cursor went backwards; resetting all rooms");
        self.place = Some(head);
        self.hub.reset();
    }

    fn failed(&mut self, error: &ServerCallError) {
        counter!("feed_failures_total").increment(1);
        if self.sure || self.place.is_none() {
            tracing::warn!(error = error.chain(), "feed poll failed; will retry");
        }
        self.sure = false;
        self.hub.set_following(false);
        self.ready.set_failed("the server's feed does not answer");
    }
}

#[derive(Debug, PartialEq, Eq)]
enum FeedPollOutcome {
    News,
    Nothing,
}
