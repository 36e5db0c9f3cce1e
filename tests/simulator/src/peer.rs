//! The other side of a controller, for tests: a real broker and a scripted gateway.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use domain::access::{Audience, Decision};
use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::{
    Ack, Command, CommandKind, ControllerEvent, DeviceStatus, Display, OPEN_TTL_MS, Permissions, Topic,
    VERSION,
};
use testkit::mosquitto::{Mosquitto, MosquittoConf, password_file};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::controller::{Config, Controller, Handle, Resend};
use crate::mqtt::{Delivery, Door, Link, News, Publisher};

pub const DEADLINE: Duration = Duration::from_secs(20);

pub fn garage() -> GarageId {
    GarageId::parse("g1").unwrap()
}

pub fn device(number: usize) -> DeviceId {
    DeviceId::parse(&format!("lane-{number}")).unwrap()
}

/// Lanes that the broker knows.
const LANES: usize = 4;

const PASSWORD: &str = "secret";

/// A broker with real permissions: it drops what a controller publishes on another one's topic.
pub fn broker() -> Mosquitto {
    let mut users: Vec<Permissions> =
        (1..=LANES).map(|n| Permissions::device(&garage(), &device(n))).collect();
    users.push(Permissions::gateway(&garage()));
    let passwords = password_file(users.iter().map(|user| (user.username.as_str(), PASSWORD)));
    Mosquitto::start(MosquittoConf {
        acl: Some(users.iter().map(acl).collect()),
        passwords: Some(passwords),
        ..MosquittoConf::default()
    })
}

fn acl(user: &Permissions) -> String {
    let lines = |verb: &str, topics: &[String]| -> String {
        topics.iter().map(|topic| format!("topic {verb} {topic}\n")).collect()
    };
    format!("user {}\n{}{}\n", user.username, lines("write", &user.publish), lines("read", &user.subscribe))
}

/// Resends fast, so that tests wait less.
pub fn config(broker: &Mosquitto, number: usize) -> Config {
    let mut config = Config::new("127.0.0.1", broker.port(), garage(), device(number), PASSWORD);
    config.resend = Resend { first: Duration::from_millis(50), most: Duration::from_millis(200) };
    config
}

pub async fn connected(config: Config) -> Handle {
    let controller = Controller::start(config, CancellationToken::new());
    controller.connected(DEADLINE).await.unwrap();
    controller
}

pub fn wall() -> Timestamp {
    chrono::Utc::now().into()
}

pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn answer<T>(receiver: tokio::sync::oneshot::Receiver<T>) -> T {
    tokio::time::timeout(DEADLINE, receiver).await.expect("no answer in time").unwrap()
}

/// Receives the controllers' events and heartbeats; publishes only on the test's call.
pub struct Gateway {
    events: mpsc::Receiver<(DeviceId, ControllerEvent)>,
    statuses: mpsc::Receiver<DeviceStatus>,
    publisher: Publisher,
    _stop: DropGuard,
}

impl Gateway {
    pub async fn connect(broker: &Mosquitto) -> Self {
        let door = Door {
            host: "127.0.0.1".into(),
            port: broker.port(),
            username: "g1.gateway".into(),
            password: PASSWORD.into(),
        };
        let mut link = Link::new(&door, Topic::gateway_filters(&garage()).to_vec());
        let Ok(Ok(News::Ready(publisher))) = tokio::time::timeout(DEADLINE, link.next()).await else {
            panic!("no broker")
        };
        let (event, events) = mpsc::channel(1_000);
        let (status, statuses) = mpsc::channel(1_000);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            while let Some(Ok(news)) = stopped.run_until_cancelled(link.next()).await {
                let News::Message { topic, payload } = news else { continue };
                match Topic::parse(&topic).unwrap() {
                    Topic::Event(_, device) => {
                        event.try_send((device, serde_json::from_slice(&payload).unwrap())).unwrap();
                    }
                    _ => status.try_send(serde_json::from_slice(&payload).unwrap()).unwrap(),
                }
            }
        });
        Self { events, statuses, publisher, _stop: stop.drop_guard() }
    }

    pub async fn event(&mut self) -> ControllerEvent {
        self.event_of().await.1
    }

    async fn event_of(&mut self) -> (DeviceId, ControllerEvent) {
        tokio::time::timeout(DEADLINE, self.events.recv()).await.expect("no event in time").unwrap()
    }

    pub async fn status(&mut self) -> DeviceStatus {
        tokio::time::timeout(DEADLINE, self.statuses.recv()).await.expect("no status in time").unwrap()
    }

    pub async fn publish(&self, topic: &Topic, message: &impl serde::Serialize) {
        let payload = serde_json::to_vec(message).unwrap();
        self.publisher.publish(&topic.to_string(), Delivery::AtLeastOnce, payload).await.unwrap();
    }

    /// Sends `open` to the first lane.
    pub async fn open(&self, event: &EventId, issued_at: Timestamp) {
        self.command(device(1), event, CommandKind::Open, issued_at).await;
    }

    async fn command(&self, device: DeviceId, event: &EventId, kind: CommandKind, issued_at: Timestamp) {
        let command = Command {
            v: VERSION,
            command_id: "c".into(),
            event_id: event.clone(),
            order: None,
            command: kind,
            issued_at,
            ttl_ms: OPEN_TTL_MS,
            decision: Decision::open(Some(Audience::Pickup)),
            display: Display { plate: String::new(), text: "车牌未登记".into() },
        };
        self.publish(&Topic::Command(garage(), device), &command).await;
    }

    /// Sends `ack` to the first lane.
    pub async fn ack(&self, event: &EventId) {
        self.ack_to(device(1), event).await;
    }

    async fn ack_to(&self, device: DeviceId, event: &EventId) {
        let ack = Ack { v: VERSION, event_ids: vec![event.clone()], rejected: Vec::new() };
        self.publish(&Topic::Ack(garage(), device), &ack).await;
    }

    /// Answers every event from now on: opens if `opens` returns true, and acknowledges.
    pub async fn serve(mut self, opens: impl Fn(&ControllerEvent) -> bool) {
        while let Some((device, event)) = self.events.recv().await {
            let kind = if opens(&event) { CommandKind::Open } else { CommandKind::Show };
            self.command(device.clone(), &event.event_id, kind, wall()).await;
            self.ack_to(device, &event.event_id).await;
        }
    }
}
