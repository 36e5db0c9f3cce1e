//! The two tasks of a controller: one polls its connection and takes what arrives, the other publishes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::mqtt::{Ack, Command, DeviceStatus, VERSION};
use rand::Rng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::state::Now;
use super::{Received, Shared};
use crate::mqtt::{Delivery, Link, LinkError, News, Publisher};

/// Pause before connecting again: doubling from the first to the last, with jitter. Short, because a broker that
/// restarts is back within a second and cars are waiting.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Longest sleep of the publishing task when it has no deadline.
const IDLE: Duration = Duration::from_secs(60);

/// `Some` while connected and subscribed.
pub(super) type Ready = Option<Publisher>;

/// Connects and reconnects until `shutdown`.
pub(super) async fn receive(shared: Arc<Shared>, ready: watch::Sender<Ready>, shutdown: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut link = Link::new(&shared.door, shared.filters());
        let ended = tokio::select! {
            error = listen(&mut link, &shared, &ready) => Some(error),
            () = shutdown.cancelled() => None,
        };
        let was_ready = ready.send_replace(None).is_some();
        let Some(error) = ended else { return link.close().await };
        shared.lock().counters.lost_connections += 1;
        report(&shared, &error, was_ready);
        pause = if was_ready { FIRST_PAUSE } else { LAST_PAUSE.min(pause * 2) };
        let jittered = pause.mul_f64(rand::rng().random_range(0.5..1.0));
        tokio::select! {
            () = tokio::time::sleep(jittered) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

/// Logs a warning only for the first failure: a broker that stays away must not log one every two seconds.
fn report(shared: &Shared, error: &LinkError, was_ready: bool) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let device = &shared.door.username;
    if was_ready {
        warn!(gate.device = %device, %error, cause, "simulated controller lost its broker connection");
    } else {
        debug!(gate.device = %device, %error, cause, "simulated controller cannot connect to its broker");
    }
}

async fn listen(link: &mut Link, shared: &Shared, ready: &watch::Sender<Ready>) -> LinkError {
    loop {
        match link.next().await {
            Ok(News::Ready(publisher)) => {
                shared.lock().counters.connections += 1;
                ready.send_replace(Some(publisher));
            }
            Ok(News::Message { topic, payload }) => take(shared, &topic, &payload),
            Err(error) => return error,
        }
    }
}

fn take(shared: &Shared, topic: &str, payload: &[u8]) {
    let now = Now::read();
    if topic == shared.topics.command
        && let Ok(command) = serde_json::from_slice::<Command>(payload)
    {
        shared.lock().command(&command, now);
        shared.wake.notify_one();
        shared.tell(|| Received::Command(command));
    } else if topic == shared.topics.ack
        && let Ok(ack) = serde_json::from_slice::<Ack>(payload)
    {
        shared.tell(|| Received::Ack(ack.clone()));
        shared.lock().ack(ack, now.instant);
    } else {
        shared.lock().counters.malformed += 1;
    }
}

/// Publishes what is due whenever there is a connection, until `shutdown`.
pub(super) async fn send(
    shared: Arc<Shared>,
    mut ready: watch::Receiver<Ready>,
    shutdown: CancellationToken,
) {
    let work = async {
        loop {
            let publisher = ready.borrow_and_update().clone();
            if let Some(publisher) = publisher {
                shared.lock().reconnected(Instant::now());
                if let Err(error) = publish(&shared, &publisher, &mut ready).await {
                    debug!(gate.device = %shared.door.username, %error, "publish interrupted by a lost connection");
                }
            }
            if ready.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = shutdown.cancelled() => {}
    }
}

/// Publishes until the connection changes, and leaves that change for the caller to see.
async fn publish(
    shared: &Shared,
    publisher: &Publisher,
    ready: &mut watch::Receiver<Ready>,
) -> Result<(), LinkError> {
    let mut heartbeat = tokio::time::interval(shared.heartbeat);
    loop {
        publish_due(shared, publisher).await?;
        let due = shared.lock().next_due().unwrap_or_else(|| Instant::now() + IDLE);
        tokio::select! {
            () = shared.wake.notified() => {}
            () = tokio::time::sleep_until(due.into()) => {}
            _ = heartbeat.tick() => publish_status(shared, publisher).await?,
            changed = ready.changed() => {
                // A closed channel ends the caller's loop as well.
                let _ = changed;
                ready.mark_changed();
                return Ok(());
            }
        }
    }
}

async fn publish_due(shared: &Shared, publisher: &Publisher) -> Result<(), LinkError> {
    loop {
        let round = shared.lock().take_round(Now::read());
        if round.is_empty() {
            return Ok(());
        }
        for out in round {
            // Types of ours always serialise; an empty payload would be refused by the gateway and counted.
            let payload = serde_json::to_vec(&out.event).unwrap_or_default();
            publisher.publish(&shared.topics.event, Delivery::AtLeastOnce, payload).await?;
        }
    }
}

async fn publish_status(shared: &Shared, publisher: &Publisher) -> Result<(), LinkError> {
    let status = DeviceStatus {
        v: VERSION,
        at: Now::read().wall,
        firmware: Some(concat!("simulator ", env!("CARGO_PKG_VERSION")).to_owned()),
        pending_events: u32::try_from(shared.lock().kept()).unwrap_or(u32::MAX),
        held_open: false,
    };
    let payload = serde_json::to_vec(&status).unwrap_or_default();
    publisher.publish(&shared.topics.status, Delivery::AtMostOnce, payload).await
}
