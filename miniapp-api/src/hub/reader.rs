//! A room's reader: one task per room that reads what the feed has named, with the session of a connected member.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::time::Clock;
use metrics::{counter, histogram};
use protocol::people::FeedCursor;
use service::clock::SystemClock;
use service::retry::RetryBackoff;

use super::PushHub;
use super::ending::StreamCloseReason;
use super::page::ArrivalPage;
use super::room::{PushRoom, PushRoomKey, RoomFetchJob};
use crate::server::{ServerCallError, ServerClient};
use crate::session::SessionToken;

/// A restarting server is back within seconds: short waits first, never long ones.
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(3);

/// Reads until the last socket has left.
pub(super) async fn read_for(room: Arc<PushRoom>, hub: Arc<PushHub>) {
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

async fn catch_up(room: &PushRoom, hub: &PushHub) {
    let mut backoff = RetryBackoff::new("room", FIRST_RETRY, LONGEST_RETRY);
    while let Some(job) = room.job() {
        let started = Instant::now();
        let answer = page(&hub.server, &room.key, Some(job.after), &job.session).await;
        histogram!("room_fetch_seconds", "kind" => room.key.kind()).record(started.elapsed());
        if settle(room, &job, answer) {
            backoff.reset();
        } else {
            tokio::time::sleep(backoff.next_delay()).await;
        }
    }
}

/// One page of a room's list, read with the session of a person who may read it.
pub(super) async fn page(
    server: &ServerClient,
    key: &PushRoomKey,
    after: Option<FeedCursor>,
    session: &SessionToken,
) -> Result<ArrivalPage, ServerCallError> {
    let page = match key {
        PushRoomKey::Class(class) => {
            ArrivalPage::of_class(server.class_arrivals(class, after, session).await?)
        }
        PushRoomKey::Hall(_) => ArrivalPage::of_hall(server.hall_arrivals(after, session).await?),
    };
    page.map_err(ServerCallError::Garbled)
}

/// True if the next read may follow at once.
fn settle(room: &PushRoom, job: &RoomFetchJob, answer: Result<ArrivalPage, ServerCallError>) -> bool {
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

impl ServerCallError {
    /// The close reason for a socket whose session the server refuses; `None` if the failure has another cause.
    pub(super) fn ends_session(&self) -> Option<StreamCloseReason> {
        match self.refusal()?.status {
            401 => Some(StreamCloseReason::SessionEnded),
            403 => Some(StreamCloseReason::NotYours),
            _ => None,
        }
    }
}
