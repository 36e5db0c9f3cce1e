//! One simulated gate controller: camera, barrier and, where the lane has one, the loop behind it.
//!
//! It keeps each event in memory until the gateway's `ack` names it, resends after 2 s and then ever more rarely
//! with a fresh age, and sends a heartbeat every 10 s. A controller that is dropped as a process loses what it
//! kept, as a real one without flash would.

mod barrier;
mod counters;
mod kept;
mod pending;
mod state;
mod tasks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{DeviceId, EventId, GarageId};
use protocol::mqtt::{ControllerCommand, EventAck, MqttPermissions, MqttTopic};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use counters::ControllerCounters;
pub use kept::{ResendPolicy, StoreFullError};
pub use pending::{AckOutcome, CommandAction, EventAckReceipt, FirstCommand, PendingEvent, PendingPass};

use crate::mqtt::{PublishDelivery, SimulatorEndpoint};
use state::{ClockReading, ControllerState};

/// Messages that a slow reader of [`ControllerHandle::received`] may lag behind; older ones are dropped for it.
const RECEIVED: usize = 256;

/// Configuration of the controller.
#[derive(Clone)]
pub struct ControllerConfig {
    pub host: String,
    pub port: u16,
    pub garage: GarageId,
    pub device: DeviceId,
    pub password: String,
    /// For a lane with a loop: the time from the open barrier until the car is behind it. The controller then sends the
    /// `pass` event itself, after 0.7 to 1.5 times this.
    pub drive_over: Option<Duration>,
    /// Most events kept; a further one is refused to the caller.
    pub capacity: usize,
    pub resend: ResendPolicy,
    pub heartbeat: Duration,
}

impl ControllerConfig {
    pub fn new(host: &str, port: u16, garage: GarageId, device: DeviceId, password: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            garage,
            device,
            password: password.to_owned(),
            drive_over: None,
            capacity: 10_000,
            resend: ResendPolicy::default(),
            heartbeat: Duration::from_secs(10),
        }
    }

    /// Adds a loop behind the barrier.
    #[must_use]
    pub fn drive_over(mut self, takes: Duration) -> Self {
        self.drive_over = Some(takes);
        self
    }
}

/// A message from the gateway as it came in.
#[derive(Debug, Clone)]
pub enum ReceivedMessage {
    Command(ControllerCommand),
    Ack(EventAck),
}

struct ControllerTopics {
    event: String,
    status: String,
    command: String,
    ack: String,
}

struct ControllerShared {
    door: SimulatorEndpoint,
    topics: ControllerTopics,
    heartbeat: Duration,
    state: Mutex<ControllerState>,
    wake: Notify,
    received: broadcast::Sender<ReceivedMessage>,
}

impl ControllerShared {
    fn new(config: ControllerConfig) -> Self {
        let topic = |make: fn(GarageId, DeviceId) -> MqttTopic| {
            make(config.garage.clone(), config.device.clone()).to_string()
        };
        let topics = ControllerTopics {
            event: topic(MqttTopic::Event),
            status: topic(MqttTopic::Status),
            command: topic(MqttTopic::Command),
            ack: topic(MqttTopic::Ack),
        };
        let username = MqttPermissions::device(&config.garage, &config.device).username;
        Self {
            door: SimulatorEndpoint {
                host: config.host,
                port: config.port,
                username,
                password: config.password,
            },
            topics,
            heartbeat: config.heartbeat,
            state: Mutex::new(ControllerState::new(config.capacity, config.resend, config.drive_over)),
            wake: Notify::new(),
            received: broadcast::channel(RECEIVED).0,
        }
    }

    /// A panic elsewhere leaves counters and queues consistent: each change is one call.
    fn lock(&self) -> MutexGuard<'_, ControllerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn filters(&self) -> Vec<String> {
        vec![self.topics.command.clone(), self.topics.ack.clone()]
    }

    fn tell(&self, message: impl FnOnce() -> ReceivedMessage) {
        if self.received.receiver_count() > 0 {
            // The last reader may leave in between.
            let _ = self.received.send(message());
        }
    }
}

/// Starts controllers.
pub struct SimulatedController;

impl SimulatedController {
    /// Connects in the background and retries until `shutdown`.
    pub fn start(config: ControllerConfig, shutdown: CancellationToken) -> ControllerHandle {
        let shared = Arc::new(ControllerShared::new(config));
        let (ready, connected) = watch::channel(None);
        let tasks = TaskTracker::new();
        tasks.spawn(tasks::send(Arc::clone(&shared), ready.subscribe(), shutdown.clone()));
        tasks.spawn(tasks::receive(Arc::clone(&shared), ready, shutdown));
        tasks.close();
        ControllerHandle { shared, connected, tasks }
    }
}

/// A running controller. Clones refer to the same one.
#[derive(Clone)]
pub struct ControllerHandle {
    shared: Arc<ControllerShared>,
    connected: watch::Receiver<tasks::ReadyPublisher>,
    tasks: TaskTracker,
}

/// The controller has no connection to publish on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the controller is not connected to its broker")]
pub struct NotConnectedError;

impl ControllerHandle {
    /// A car stands at the barrier; `None` if the camera could not read it. Never blocks, needs no runtime.
    pub fn plate_read(&self, plate: Option<&str>, confidence: u8) -> Result<PendingEvent, StoreFullError> {
        let pending =
            self.shared.lock().plate_read(plate.map(str::to_owned), confidence, ClockReading::read());
        self.shared.wake.notify_one();
        pending
    }

    /// The car of the plate event `of` has gone over the loop.
    pub fn passed(&self, of: &EventId) -> Result<PendingPass, StoreFullError> {
        let pending = self.shared.lock().passed(of.clone(), ClockReading::read());
        self.shared.wake.notify_one();
        pending
    }

    /// Publishes any bytes on any topic, once, with QoS 1: garbage and foreign topics for tests.
    pub async fn publish_raw(&self, topic: &str, payload: Vec<u8>) -> Result<(), NotConnectedError> {
        let publisher = self.connected.borrow().clone().ok_or(NotConnectedError)?;
        publisher.publish(topic, PublishDelivery::AtLeastOnce, payload).await.map_err(|_| NotConnectedError)
    }

    /// The topic of this controller's events.
    pub fn event_topic(&self) -> &str {
        &self.shared.topics.event
    }

    /// Commands and acknowledgements from now on, also those for [`Self::publish_raw`].
    pub fn received(&self) -> broadcast::Receiver<ReceivedMessage> {
        self.shared.received.subscribe()
    }

    pub fn counters(&self) -> ControllerCounters {
        self.shared.lock().counters
    }

    /// Events that no acknowledgement has named yet.
    pub fn kept(&self) -> usize {
        self.shared.lock().kept()
    }

    pub fn is_connected(&self) -> bool {
        self.connected.borrow().is_some()
    }

    /// Waits until the broker has accepted the connection and its subscriptions.
    pub async fn connected(&self, deadline: Duration) -> Result<(), NotConnectedError> {
        let mut connected = self.connected.clone();
        match tokio::time::timeout(deadline, connected.wait_for(Option::is_some)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(NotConnectedError),
        }
    }

    /// Waits until the tasks have ended after the shutdown.
    pub async fn stopped(&self) {
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests;
