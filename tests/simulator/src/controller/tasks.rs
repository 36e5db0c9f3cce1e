//! The two tasks of a controller: one polls its connection and takes what arrives, the other publishes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::mqtt::{ControllerCommand, ControllerStatus, EventAck, VERSION};
use rand::Rng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::state::ClockReading;
use super::{ControllerShared, ReceivedMessage};
use crate::mqtt::{
    PublishDelivery, SimulatorLink, SimulatorLinkError, SimulatorLinkEvent, SimulatorPublisher,
};

/// Pause before connecting again: doubling from the first to the last, with jitter. Short, because a broker that
/// restarts is back within a second and cars are waiting.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Longest sleep of the publishing task when it has no deadline.
const IDLE: Duration = Duration::from_secs(60);

/// `Some` while connected and subscribed.
pub(super) type ReadyPublisher = Option<SimulatorPublisher>;

/// Connects and reconnects until `shutdown`.
pub(super) async fn receive(
    shared: Arc<ControllerShared>,
    ready: watch::Sender<ReadyPublisher>,
    shutdown: CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut link = SimulatorLink::new(&shared.door, shared.filters());
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
fn report(shared: &ControllerShared, error: &SimulatorLinkError, was_ready: bool) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let device = &shared.door.username;
    if was_ready {
        warn!(gate.device = %device, %error, cause, "simulated controller lost its broker connection");
    } else {
        debug!(gate.device = %device, %error, cause, "simulated controller cannot connect to its broker");
    }
}

async fn listen(
    link: &mut SimulatorLink,
    shared: &ControllerShared,
    ready: &watch::Sender<ReadyPublisher>,
) -> SimulatorLinkError {
    loop {
        match link.next().await {
            Ok(SimulatorLinkEvent::Ready(publisher)) => {
                shared.lock().counters.connections += 1;
                ready.send_replace(Some(publisher));
            }
            Ok(SimulatorLinkEvent::Message { topic, payload }) => take(shared, &topic, &payload),
            Err(error) => return error,
        }
    }
}

fn take(shared: &ControllerShared, topic: &str, payload: &[u8]) {
    let now = ClockReading::read();
    if topic == shared.topics.command
        && let Ok(command) = serde_json::from_slice::<ControllerCommand>(payload)
    {
        shared.lock().command(&command, now);
        shared.wake.notify_one();
        shared.tell(|| ReceivedMessage::Command(command));
    } else if topic == shared.topics.ack
        && let Ok(ack) = serde_json::from_slice::<EventAck>(payload)
    {
        shared.tell(|| ReceivedMessage::Ack(ack.clone()));
        shared.lock().ack(ack, now.instant);
    } else {
        shared.lock().counters.malformed += 1;
    }
}

/// Publishes what is due whenever there is a connection, until `shutdown`.
pub(super) async fn send(
    shared: Arc<ControllerShared>,
    mut ready: watch::Receiver<ReadyPublisher>,
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
    shared: &ControllerShared,
    publisher: &SimulatorPublisher,
    ready: &mut watch::Receiver<ReadyPublisher>,
) -> Result<(), SimulatorLinkError> {
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

async fn publish_due(
    shared: &ControllerShared,
    publisher: &SimulatorPublisher,
) -> Result<(), SimulatorLinkError> {
    loop {
        let round = shared.lock().take_round(ClockReading::read());
        if round.is_empty() {
            return Ok(());
        }
        for out in round {
            // Types of ours always serialise; an empty payload would be refused by the gateway and counted.
            let payload = serde_json::to_vec(&out.event).unwrap_or_default();
            publisher.publish(&shared.topics.event, PublishDelivery::AtLeastOnce, payload).await?;
        }
    }
}

async fn publish_status(
    shared: &ControllerShared,
    publisher: &SimulatorPublisher,
) -> Result<(), SimulatorLinkError> {
    let status = ControllerStatus {
        v: VERSION,
        at: ClockReading::read().wall,
        firmware: Some(concat!("simulator ", env!("CARGO_PKG_VERSION")).to_owned()),
        pending_events: u32::try_from(shared.lock().kept()).unwrap_or(u32::MAX),
        held_open: false,
    };
    let payload = serde_json::to_vec(&status).unwrap_or_default();
    publisher.publish(&shared.topics.status, PublishDelivery::AtMostOnce, payload).await
}
