//! A gate controller reduced to what these tests look at. Like the gateway, it makes a new client for each connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Clock;
use protocol::mqtt::{ControllerCommand, ControllerEvent, EventAck, EventKind, MqttTopic, OpenSpaces};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use service::clock::SystemClock;
use testkit::wait;
use tokio::task::JoinHandle;

pub(crate) const SOON: Duration = wait::PATIENCE;

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub commands: Vec<ControllerCommand>,
    pub acks: Vec<EventAck>,
    pub spaces: Vec<OpenSpaces>,
    /// On topics of another make.
    pub others: Vec<(String, serde_json::Value)>,
}

pub(crate) struct Controller {
    garage: GarageId,
    device: DeviceId,
    client: Arc<Mutex<Option<AsyncClient>>>,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Controller {
    /// Returns once it is subscribed to `topics`.
    pub(crate) async fn connect(port: u16, garage: &GarageId, device: &str, topics: Vec<String>) -> Self {
        let client = Arc::new(Mutex::new(None));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let user = format!("{garage}.{device}");
        let task = tokio::spawn(connections(port, user, topics, client.clone(), heard.clone()));
        let device = DeviceId::parse(device).unwrap();
        let controller = Self { garage: garage.clone(), device, client, heard, task };
        controller.online().await;
        controller
    }

    pub(crate) async fn online(&self) {
        wait::until(SOON, "the controller is connected", async || self.client.lock().unwrap().clone()).await;
    }

    pub(crate) async fn publish(&self, topic: &str, retain: bool, payload: impl Into<Vec<u8>>) {
        let client = self.client.lock().unwrap().clone();
        if let Some(client) = client {
            let _ = client.publish(topic, QoS::AtLeastOnce, retain, payload).await;
        }
    }

    pub(crate) fn event_topic(&self) -> String {
        MqttTopic::Event(self.garage.clone(), self.device.clone()).to_string()
    }

    pub(crate) async fn send(&self, event: &ControllerEvent) {
        self.publish(&self.event_topic(), false, serde_json::to_vec(event).unwrap()).await;
    }

    /// Messages received so far.
    pub(crate) fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.heard.lock().unwrap())
    }

    pub(crate) fn commands_for(&self, id: &str) -> Vec<ControllerCommand> {
        self.heard(|h| h.commands.iter().filter(|c| c.event_id.as_str() == id).cloned().collect())
    }

    pub(crate) fn acks_of(&self, id: &str) -> usize {
        self.heard(|h| h.acks.iter().flat_map(|a| &a.event_ids).filter(|e| e.as_str() == id).count())
    }

    pub(crate) async fn command(&self, id: &str) -> ControllerCommand {
        wait::until(SOON, "a command", async || self.commands_for(id).pop()).await
    }

    pub(crate) async fn acked(&self, id: &str, times: usize) {
        wait::until(SOON, "acknowledgements", async || (self.acks_of(id) >= times).then_some(())).await;
    }
}

pub(crate) fn plate(id: &str, plate: &str) -> ControllerEvent {
    ControllerEvent {
        v: 1,
        event_id: EventId::parse(id).unwrap(),
        kind: EventKind::Plate,
        plate: Some(plate.into()),
        confidence: 99,
        occurred_at: SystemClock.now(),
        age_ms: 0,
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}

pub(crate) fn unread(id: &str) -> ControllerEvent {
    ControllerEvent { plate: None, confidence: 0, ..plate(id, "") }
}

pub(crate) fn pass(id: &str) -> ControllerEvent {
    ControllerEvent { kind: EventKind::Pass, plate: None, ..plate(id, "") }
}

async fn connections(
    port: u16,
    user: String,
    topics: Vec<String>,
    current: Arc<Mutex<Option<AsyncClient>>>,
    heard: Arc<Mutex<Heard>>,
) {
    loop {
        let mut options = MqttOptions::new(&user, "127.0.0.1", port);
        options.set_credentials(&user, "secret").set_max_packet_size(256 * 1024, 256 * 1024);
        let (client, events) = AsyncClient::new(options, 256);
        for topic in &topics {
            client.try_subscribe(topic, QoS::AtLeastOnce).unwrap();
        }
        connection(client, events, topics.len(), &current, &heard).await;
        *current.lock().unwrap() = None;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn connection(
    client: AsyncClient,
    mut events: EventLoop,
    subscriptions: usize,
    current: &Mutex<Option<AsyncClient>>,
    heard: &Mutex<Heard>,
) {
    // Requests made before the first connection are dropped by the client with its clean session: again on ConnAck.
    let mut granted = 0;
    while let Ok(event) = events.poll().await {
        match event {
            Event::Incoming(Packet::SubAck(_)) => {
                granted += 1;
                if granted == subscriptions {
                    *current.lock().unwrap() = Some(client.clone());
                }
            }
            Event::Incoming(Packet::Publish(message)) => {
                let mut heard = heard.lock().unwrap();
                let Ok(topic) = MqttTopic::parse(&message.topic) else {
                    heard.others.push((message.topic, serde_json::from_slice(&message.payload).unwrap()));
                    continue;
                };
                match topic {
                    MqttTopic::Command(..) => {
                        heard.commands.push(serde_json::from_slice(&message.payload).unwrap())
                    }
                    MqttTopic::Ack(..) => heard.acks.push(serde_json::from_slice(&message.payload).unwrap()),
                    MqttTopic::OpenSpaces(_) => {
                        heard.spaces.push(serde_json::from_slice(&message.payload).unwrap())
                    }
                    other => panic!("{other}"),
                }
            }
            _ => {}
        }
    }
}
