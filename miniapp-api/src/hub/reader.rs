//! A room's reader: one task per room that reads what the feed has named, with the session of a connected member.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::time::Clock;
use metrics::{counter, histogram};
use service::clock::SystemClock;
use service::retry::Backoff;

use super::Hub;
use super::ending::Ending;
use super::page::Page;
use super::room::{Job, Room};
use crate::server::ServerError;

/// A restarting server is back within seconds: short waits first, never long ones.
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(3);

/// Reads until the last socket has left.
pub async fn read_for(room: Arc<Room>, hub: Arc<Hub>) {
    let reading = async {
        loop {
            room.wake.notified().await;
            catch_up(&room, &hub).await;
        }
    };
    tokio::select! {
        () = room.empty.cancelled() => {}
        () = hub.shutdown.cancelled() => {}
        () = reading => {}
    }
}

async fn catch_up(room: &Room, hub: &Hub) {
    let mut backoff = Backoff::new("room", FIRST_RETRY, LONGEST_RETRY);
    while let Some(job) = room.job() {
        let started = Instant::now();
        let answer = hub.server.page(&room.key, Some(job.after), &job.session).await;
        histogram!("room_fetch_seconds", "kind" => room.key.kind()).record(started.elapsed());
        if settle(room, &job, answer) {
            backoff.reset();
        } else {
            tokio::time::sleep(backoff.next_delay()).await;
        }
    }
}

/// True if the next read may follow at once.
fn settle(room: &Room, job: &Job, answer: Result<Page, ServerError>) -> bool {
    match answer {
        Ok(page) => {
            if let Some(newest) = page.newest {
                histogram!("feed_lag_seconds").record(SystemClock.now().since(newest));
            }
            room.take_in(job, page)
        }
        Err(error) => match error.ends_session() {
            Some(ending) => {
                room.kick(job.member, ending);
                true
            }
            None => {
                counter!("room_fetch_failures_total", "kind" => room.key.kind()).increment(1);
                tracing::warn!(
                    room.kind = room.key.kind(),
                    error = error.chain(),
                    "room read failed; will retry"
                );
                false
            }
        },
    }
}

impl ServerError {
    /// The close reason for a socket whose session the server refuses; `None` if the failure has another cause.
    pub(super) fn ends_session(&self) -> Option<Ending> {
        match self.refusal()?.status {
            401 => Some(Ending::SessionEnded),
            403 => Some(Ending::NotYours),
            _ => None,
        }
    }
}
