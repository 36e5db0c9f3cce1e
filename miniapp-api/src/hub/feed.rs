//! The one task that follows the server's feed.
//!
//! After each failure the task first requests the feed's head: a head before its own cursor means that another database is
//! behind the server. Otherwise the poll goes on from the old cursor, so that no news from the time of the failure is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use protocol::people::{Cursor, FeedPage};
use service::readiness::Check;
use service::retry::Backoff;

use super::Hub;
use crate::server::ServerError;

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// An empty response that arrives sooner than this was no long poll; an immediate next request would be a busy loop.
const TOO_SOON: Duration = Duration::from_millis(200);

/// Follows until the hub shuts down.
pub async fn follow(hub: Arc<Hub>, ready: Check) {
    let mut follower = Follower { hub: hub.clone(), ready, place: None, sure: false };
    tokio::select! {
        () = hub.shutdown.cancelled() => {}
        () = follower.run() => {}
    }
}

struct Follower {
    hub: Arc<Hub>,
    ready: Check,
    place: Option<Cursor>,
    /// The feed's head has been compared with `place` since the last failure.
    sure: bool,
}

impl Follower {
    async fn run(&mut self) {
        let mut backoff = Backoff::new("feed", FIRST_RETRY, LONGEST_RETRY);
        loop {
            let started = Instant::now();
            match self.step().await {
                Ok(Step::News) => backoff.reset(),
                Ok(Step::Nothing) if started.elapsed() >= TOO_SOON => backoff.reset(),
                Ok(Step::Nothing) => tokio::time::sleep(backoff.next_delay()).await,
                Err(error) => {
                    self.failed(&error);
                    tokio::time::sleep(backoff.next_delay()).await;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Step, ServerError> {
        let Some(place) = self.place.filter(|_| self.sure) else {
            let head = self.hub.server.feed(None, Duration::ZERO).await?;
            self.start_at(head.cursor);
            return Ok(Step::News);
        };
        let page = self.hub.server.feed(Some(place), self.hub.limits.feed_wait).await?;
        counter!("feed_polls_total").increment(1);
        if page.cursor < place {
            self.went_backwards(page.cursor);
            return Ok(Step::Nothing);
        }
        Ok(self.pass_on(&page))
    }

    fn pass_on(&mut self, page: &FeedPage) -> Step {
        let moved = self.place != Some(page.cursor);
        self.hub.news(page);
        self.place = Some(page.cursor);
        gauge!("feed_cursor").set(page.cursor as f64);
        if moved { Step::News } else { Step::Nothing }
    }

    fn start_at(&mut self, head: Cursor) {
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

    fn went_backwards(&mut self, head: Cursor) {
        counter!("feed_backwards_total").increment(1);
        tracing::warn!(feed.cursor = head, "feed cursor went backwards; resetting all rooms");
        self.place = Some(head);
        self.hub.reset();
    }

    fn failed(&mut self, error: &ServerError) {
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
enum Step {
    News,
    Nothing,
}
