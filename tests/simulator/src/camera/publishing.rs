//! A Zhenshi camera on the garage's broker: publishes readings and heartbeats, and raises its barrier at a pulse.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use devices::make::BrokerTopics;
use devices::zhenshi::{ZhenshiTopics, play};
use domain::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::debug;

use super::CameraCar;
use super::posting::sight;
use crate::controller::NotConnectedError;
use crate::mqtt::{
    PublishDelivery, SimulatorEndpoint, SimulatorLink, SimulatorLinkError, SimulatorLinkEvent,
    SimulatorPublisher,
};

const HEARTBEAT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(1);

/// Configuration of the camera.
#[derive(Clone)]
pub struct PublishingCameraConfig {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: String,
    pub serial: String,
}

/// Connects in the background and goes on trying until it is dropped.
pub struct PublishingCamera {
    serial: Arc<str>,
    ready: watch::Receiver<Option<SimulatorPublisher>>,
    pulses: watch::Receiver<usize>,
    counter: AtomicI64,
    task: JoinHandle<()>,
}

impl Drop for PublishingCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PublishingCamera {
    pub fn start(config: PublishingCameraConfig) -> Self {
        let serial: Arc<str> = config.serial.into();
        let door = SimulatorEndpoint {
            host: config.host,
            port: config.port,
            username: config.username,
            password: config.password,
        };
        let (ready_sender, ready) = watch::channel(None);
        let (pulse_sender, pulses) = watch::channel(0);
        let task = tokio::spawn(run(door, Arc::clone(&serial), ready_sender, pulse_sender));
        Self { serial, ready, pulses, counter: AtomicI64::new(0), task }
    }

    /// Waits until the broker has accepted connection and subscriptions.
    pub async fn connected(&self, deadline: Duration) -> Result<(), NotConnectedError> {
        let mut ready = self.ready.clone();
        match tokio::time::timeout(deadline, ready.wait_for(Option::is_some)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(NotConnectedError),
        }
    }

    /// The payload of a new reading for `ivs_result`.
    pub fn reading(&self, car: CameraCar<'_>) -> Vec<u8> {
        let number = self.counter.fetch_add(1, Ordering::Relaxed) + 1;
        play::ivs_result(&sight(&self.serial, number, car))
    }

    /// Publishes a reading of a car once.
    pub async fn sees(&self, car: CameraCar<'_>) -> Result<(), NotConnectedError> {
        self.publish("ivs_result", self.reading(car)).await
    }

    /// Publishes any bytes as any kind of message: an earlier reading, lane control, garbage.
    pub async fn publish(&self, kind: &str, payload: Vec<u8>) -> Result<(), NotConnectedError> {
        let publisher = self.ready.borrow().clone().ok_or(NotConnectedError)?;
        let topic = up(&self.serial, kind);
        publisher.publish(&topic, PublishDelivery::AtLeastOnce, payload).await.map_err(|_| NotConnectedError)
    }

    /// Number of times that the barrier was raised.
    pub fn pulses(&self) -> usize {
        *self.pulses.borrow()
    }

    /// Waits until the barrier was raised so often; false if the camera has ended.
    pub async fn pulsed(&self, times: usize) -> bool {
        self.pulses.clone().wait_for(|pulses| *pulses >= times).await.is_ok()
    }
}

fn up(serial: &str, kind: &str) -> String {
    format!("device/{serial}/message/up/{kind}")
}

async fn run(
    door: SimulatorEndpoint,
    serial: Arc<str>,
    ready: watch::Sender<Option<SimulatorPublisher>>,
    pulses: watch::Sender<usize>,
) {
    loop {
        let mut link = SimulatorLink::new(&door, ZhenshiTopics.subscribed_by(&serial));
        let error = listen(&mut link, &serial, &ready, &pulses).await;
        ready.send_replace(None);
        debug!(camera = &*serial, %error, "simulated camera has no broker connection");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(
    link: &mut SimulatorLink,
    serial: &str,
    ready: &watch::Sender<Option<SimulatorPublisher>>,
    pulses: &watch::Sender<usize>,
) -> SimulatorLinkError {
    let alive = beat(ready.subscribe(), serial.to_owned());
    let hear = async {
        loop {
            match link.next().await {
                Ok(SimulatorLinkEvent::Ready(publisher)) => drop(ready.send_replace(Some(publisher))),
                Ok(SimulatorLinkEvent::Message { topic, .. }) if topic.ends_with("/gpio_out") => {
                    pulses.send_modify(|pulses| *pulses += 1);
                }
                Ok(SimulatorLinkEvent::Message { .. }) => {}
                Err(error) => return error,
            }
        }
    };
    tokio::select! {
        error = hear => error,
        () = alive => SimulatorLinkError::Stuck,
    }
}

/// Ends when a heartbeat cannot be sent: then the link is dead.
async fn beat(mut ready: watch::Receiver<Option<SimulatorPublisher>>, serial: String) {
    loop {
        let Ok(publisher) = ready.wait_for(Option::is_some).await.map(|it| it.clone()) else { return };
        let Some(publisher) = publisher else { return };
        let now: Timestamp = chrono::Utc::now().into();
        let alive = play::keep_alive(&serial, now);
        if publisher.publish(&up(&serial, "keep_alive"), PublishDelivery::AtMostOnce, alive).await.is_err() {
            return;
        }
        tokio::time::sleep(HEARTBEAT).await;
    }
}
