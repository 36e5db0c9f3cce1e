//! A gateway with nothing behind it: it answers each event with the command and the acknowledgement of a real one, at once.
//! The bench's only file that names the MQTT library; the settings are those of the gateway's own client.

use std::net::SocketAddr;
use std::time::Duration;

use domain::access::{AccessDecision, Audience};
use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::mqtt::{
    ControllerCommand, ControllerCommandKind, ControllerEvent, DisplayContent, EventAck, MqttPermissions,
    MqttTopic, OPEN_TTL_MS, VERSION,
};
use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, NetworkOptions, Packet, Publish, QoS, SubscribeFilter,
};
use tokio::task::AbortHandle;
use uuid::Uuid;

use e2e::phone::PATIENCE;

/// More than are ever under way here: the polling task cannot wait for itself.
const REQUESTS: usize = 4_096;

/// Answers until it is dropped.
pub(super) struct EchoClient(AbortHandle);

impl Drop for EchoClient {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl EchoClient {
    pub(super) async fn start(broker: SocketAddr, garage: &GarageId, password: &str) -> Self {
        let MqttPermissions { username, .. } = MqttPermissions::gateway(garage);
        let mut options = MqttOptions::new(&username, broker.ip().to_string(), broker.port());
        options.set_credentials(&username, password).set_clean_session(true).set_inflight(256);
        options.set_keep_alive(Duration::from_secs(5)).set_max_packet_size(64 * 1024, 64 * 1024);
        let (client, mut events) = AsyncClient::new(options, REQUESTS);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        events.set_network_options(network);
        let filters = MqttTopic::gateway_filters(garage);
        let filters = filters.into_iter().map(|filter| SubscribeFilter::new(filter, QoS::AtLeastOnce));
        client.try_subscribe_many(filters).expect("an empty queue");
        let granted = tokio::time::timeout(PATIENCE, granted(&mut events));
        granted.await.expect("the bare broker grants the subscription");
        Self(tokio::spawn(answer(client, events)).abort_handle())
    }
}

async fn granted(events: &mut EventLoop) {
    while !matches!(events.poll().await.expect("a connection"), Event::Incoming(Packet::SubAck(_))) {}
}

async fn answer(client: AsyncClient, mut events: EventLoop) {
    loop {
        let event = events.poll().await.expect("the bare broker stays");
        let Event::Incoming(Packet::Publish(message)) = event else { continue };
        for (topic, payload) in answers(&message).into_iter().flatten() {
            client.try_publish(topic, QoS::AtLeastOnce, false, payload).expect("room for an answer");
        }
    }
}

/// Command and acknowledgement; nothing for a heartbeat.
fn answers(message: &Publish) -> Option<[(String, Vec<u8>); 2]> {
    let Ok(MqttTopic::Event(garage, device)) = MqttTopic::parse(&message.topic) else { return None };
    let event: ControllerEvent = serde_json::from_slice(&message.payload).ok()?;
    let command = ControllerCommand {
        v: VERSION,
        command_id: Uuid::new_v4().to_string(),
        event_id: event.event_id.clone(),
        order: None,
        command: ControllerCommandKind::Open,
        issued_at: now(),
        ttl_ms: OPEN_TTL_MS,
        decision: AccessDecision::open(Some(Audience::Pickup)),
        display: DisplayContent {
            plate: event.plate.map(String::from).unwrap_or_default(),
            text: "欢迎接学生 请入场".to_owned(),
        },
    };
    let ack = EventAck { v: VERSION, event_ids: vec![event.event_id], rejected: Vec::new() };
    Some([
        (MqttTopic::Command(garage.clone(), device.clone()).to_string(), serde_json::to_vec(&command).ok()?),
        (MqttTopic::Ack(garage, device).to_string(), serde_json::to_vec(&ack).ok()?),
    ])
}

fn now() -> Timestamp {
    use domain::time::Clock;
    service::clock::SystemClock.now()
}
