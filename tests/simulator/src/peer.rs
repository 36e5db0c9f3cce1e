//! The other side of a controller, for tests: a real broker and a scripted gateway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::time::{Duration, Instant};

use domain::access::{AccessDecision, Audience};
use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::{
    ControllerCommand, ControllerCommandKind, ControllerEvent, ControllerStatus, DisplayContent, EventAck,
    MqttPermissions, MqttTopic, OPEN_TTL_MS, VERSION,
};
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig, password_file};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::controller::{ControllerConfig, ControllerHandle, ResendPolicy, SimulatedController};
use crate::mqtt::{
    PublishDelivery, SimulatorEndpoint, SimulatorLink, SimulatorLinkEvent, SimulatorPublisher,
};

pub(crate) const DEADLINE: Duration = testkit::wait::PATIENCE;

pub(crate) fn garage() -> GarageId {
    GarageId::parse("g1").unwrap()
}

pub(crate) fn device(number: usize) -> DeviceId {
    DeviceId::parse(&format!("lane-{number}")).unwrap()
}

/// Lanes that the broker knows.
const LANES: usize = 4;

const PASSWORD: &str = "secret";

/// A broker with real permissions: it drops what a controller publishes on another one's topic.
pub(crate) fn broker() -> MosquittoBroker {
    let mut users: Vec<MqttPermissions> =
        (1..=LANES).map(|n| MqttPermissions::device(&garage(), &device(n))).collect();
    users.push(MqttPermissions::gateway(&garage()));
    let passwords = password_file(users.iter().map(|user| (user.username.as_str(), PASSWORD)));
    MosquittoBroker::start(MosquittoConfig {
        acl: Some(users.iter().map(acl).collect()),
        passwords: Some(passwords),
        ..MosquittoConfig::default()
    })
}

fn acl(user: &MqttPermissions) -> String {
    let lines = |verb: &str, topics: &[String]| -> String {
        topics.iter().map(|topic| format!("topic {verb} {topic}\n")).collect()
    };
    format!("user {}\n{}{}\n", user.username, lines("write", &user.publish), lines("read", &user.subscribe))
}

/// Resends fast, so that tests wait less.
pub(crate) fn config(broker: &MosquittoBroker, number: usize) -> ControllerConfig {
    let mut config = ControllerConfig::new("127.0.0.1", broker.port(), garage(), device(number), PASSWORD);
    config.resend = ResendPolicy { first: Duration::from_millis(50), most: Duration::from_millis(200) };
    config
}

pub(crate) async fn connected(config: ControllerConfig) -> ControllerHandle {
    let controller = SimulatedController::start(config, CancellationToken::new());
    controller.connected(DEADLINE).await.unwrap();
    controller
}

pub(crate) fn wall() -> Timestamp {
    chrono::Utc::now().into()
}

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) async fn answer<T>(receiver: tokio::sync::oneshot::Receiver<T>) -> T {
    tokio::time::timeout(DEADLINE, receiver).await.expect("no answer in time").unwrap()
}

/// Receives the controllers' events and heartbeats; publishes only on the test's call.
pub(crate) struct SimulatedGateway {
    events: mpsc::Receiver<(DeviceId, ControllerEvent)>,
    statuses: mpsc::Receiver<ControllerStatus>,
    publisher: SimulatorPublisher,
    _stop: DropGuard,
}

impl SimulatedGateway {
    pub(crate) async fn connect(broker: &MosquittoBroker) -> Self {
        let door = SimulatorEndpoint {
            host: "127.0.0.1".into(),
            port: broker.port(),
            username: "g1.gateway".into(),
            password: PASSWORD.into(),
        };
        let mut link = SimulatorLink::new(&door, MqttTopic::gateway_filters(&garage()).to_vec());
        let Ok(Ok(SimulatorLinkEvent::Ready(publisher))) = tokio::time::timeout(DEADLINE, link.next()).await
        else {
            panic!("no broker")
        };
        let (event, events) = mpsc::channel(1_000);
        let (status, statuses) = mpsc::channel(1_000);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            while let Some(Ok(news)) = stopped.run_until_cancelled(link.next()).await {
                let SimulatorLinkEvent::Message { topic, payload } = news else { continue };
                match MqttTopic::parse(&topic).unwrap() {
                    MqttTopic::Event(_, device) => {
                        event.try_send((device, serde_json::from_slice(&payload).unwrap())).unwrap();
                    }
                    _ => status.try_send(serde_json::from_slice(&payload).unwrap()).unwrap(),
                }
            }
        });
        Self { events, statuses, publisher, _stop: stop.drop_guard() }
    }

    pub(crate) async fn event(&mut self) -> ControllerEvent {
        self.event_of().await.1
    }

    async fn event_of(&mut self) -> (DeviceId, ControllerEvent) {
        tokio::time::timeout(DEADLINE, self.events.recv()).await.expect("no event in time").unwrap()
    }

    pub(crate) async fn status(&mut self) -> ControllerStatus {
        tokio::time::timeout(DEADLINE, self.statuses.recv()).await.expect("no status in time").unwrap()
    }

    pub(crate) async fn publish(&self, topic: &MqttTopic, message: &impl serde::Serialize) {
        let payload = serde_json::to_vec(message).unwrap();
        self.publisher.publish(&topic.to_string(), PublishDelivery::AtLeastOnce, payload).await.unwrap();
    }

    /// Sends `open` to the first lane.
    pub(crate) async fn open(&self, event: &EventId, issued_at: Timestamp) {
        self.command(device(1), event, ControllerCommandKind::Open, issued_at).await;
    }

    async fn command(
        &self,
        device: DeviceId,
        event: &EventId,
        kind: ControllerCommandKind,
        issued_at: Timestamp,
    ) {
        let command = ControllerCommand {
            v: VERSION,
            command_id: "c".into(),
            event_id: event.clone(),
            order: None,
            command: kind,
            issued_at,
            ttl_ms: OPEN_TTL_MS,
            decision: AccessDecision::open(Some(Audience::Pickup)),
            display: DisplayContent { plate: String::new(), text: "车牌未登记".into() },
        };
        self.publish(&MqttTopic::Command(garage(), device), &command).await;
    }

    /// Sends `ack` to the first lane.
    pub(crate) async fn ack(&self, event: &EventId) {
        self.ack_to(device(1), event).await;
    }

    async fn ack_to(&self, device: DeviceId, event: &EventId) {
        let ack = EventAck { v: VERSION, event_ids: vec![event.clone()], rejected: Vec::new() };
        self.publish(&MqttTopic::Ack(garage(), device), &ack).await;
    }

    /// Answers every event from now on: opens if `opens` returns true, and acknowledges.
    pub(crate) async fn serve(mut self, opens: impl Fn(&ControllerEvent) -> bool) {
        while let Some((device, event)) = self.events.recv().await {
            let kind = if opens(&event) { ControllerCommandKind::Open } else { ControllerCommandKind::Show };
            self.command(device.clone(), &event.event_id, kind, wall()).await;
            self.ack_to(device, &event.event_id).await;
        }
    }
}
