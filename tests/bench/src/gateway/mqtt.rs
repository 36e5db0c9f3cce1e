//! The bench's clients: controllers, a subscriber, and the relay that stores nothing. The bench's only file that names the MQTT
//! library; settings are those of the gateway's own client.

use std::net::SocketAddr;
use std::time::Duration;

use protocol::mqtt::MqttTopic;
use rumqttc::{
    AsyncClient, ClientError, Event, EventLoop, MqttOptions, NetworkOptions, Packet, Publish, QoS,
    SubscribeFilter,
};
use serde::Deserialize;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::book::{EventLedger, EventMark};
use super::site::{PATIENCE, SiteUser};

/// More than are ever under way here: a polling task cannot wait for itself.
const REQUESTS: usize = 4_096;
/// The most packet ids that the load uses at once: the closed loop's width is what limits it.
const INFLIGHT: u16 = 2_048;

/// One connection; it ends when dropped.
pub(super) struct BenchMqttClient {
    client: AsyncClient,
    polling: AbortHandle,
}

impl Drop for BenchMqttClient {
    fn drop(&mut self) {
        self.polling.abort();
    }
}

impl BenchMqttClient {
    /// Subscribes to all topics that its user may read; the callback gets each message.
    pub(super) async fn connect(
        broker: SocketAddr,
        user: &SiteUser,
        hear: impl Fn(&str, &[u8]) + Send + 'static,
    ) -> Self {
        let (client, mut events) = subscribed(broker, user).await;
        let polling = tokio::spawn(async move {
            loop {
                let event = events.poll().await.expect("the broker stays");
                if let Event::Incoming(Packet::Publish(message)) = event {
                    hear(&message.topic, &message.payload);
                }
            }
        });
        Self { client, polling: polling.abort_handle() }
    }

    pub(super) async fn publish(&self, topic: String, payload: Vec<u8>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).await.expect("the connection lives");
    }

    /// `false` when there is no room: try again.
    pub(super) fn try_publish(&self, topic: &str, payload: &[u8]) -> bool {
        match self.client.try_publish(topic, QoS::AtLeastOnce, false, payload) {
            Ok(()) => true,
            Err(ClientError::TryRequest(_)) => false,
            Err(error) => panic!("the connection lives: {error}"),
        }
    }
}

async fn subscribed(broker: SocketAddr, user: &SiteUser) -> (AsyncClient, EventLoop) {
    let id = format!("{}.{}", user.permissions.username, Uuid::new_v4().simple());
    let mut options = MqttOptions::new(id, broker.ip().to_string(), broker.port());
    options.set_credentials(&user.permissions.username, &user.password).set_clean_session(true);
    options.set_inflight(INFLIGHT).set_keep_alive(Duration::from_secs(5));
    options.set_max_packet_size(64 * 1024, 64 * 1024);
    let (client, mut events) = AsyncClient::new(options, REQUESTS);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    let filters = user.permissions.subscribe.iter();
    let filters = filters.map(|filter| SubscribeFilter::new(filter.clone(), QoS::AtLeastOnce));
    client.try_subscribe_many(filters).expect("an empty queue");
    let granted = async {
        while !matches!(events.poll().await.expect("a connection"), Event::Incoming(Packet::SubAck(_))) {}
    };
    tokio::time::timeout(PATIENCE, granted).await.expect("the broker grants the subscription");
    (client, events)
}

/// What commands, events and acknowledgements have in common.
#[derive(Deserialize)]
struct NamedEventIds<'a> {
    #[serde(borrow, default)]
    event_id: Option<&'a str>,
    #[serde(borrow, default)]
    event_ids: Vec<&'a str>,
}

/// A command answers one event, an acknowledgement names many.
pub(super) fn hear_as_controller(book: &EventLedger, topic: &str, payload: &[u8]) {
    let Ok(named) = serde_json::from_slice::<NamedEventIds>(payload) else { return };
    let mark = if topic.ends_with("/ack") { EventMark::Acked } else { EventMark::Answered };
    for id in named.event_ids.into_iter().chain(named.event_id) {
        book.mark(id, mark);
    }
}

/// A subscriber of events.
pub(super) fn hear_events(book: &EventLedger, payload: &[u8]) {
    let Ok(NamedEventIds { event_id: Some(id), .. }) = serde_json::from_slice(payload) else { return };
    book.mark(id, EventMark::Answered);
}

/// Sends each event back as if it were the command: no parsing, no decision, no disk. Runs until it is killed.
pub(super) async fn relay(broker: SocketAddr, user: &SiteUser) {
    let (client, mut events) = subscribed(broker, user).await;
    loop {
        let event = events.poll().await.expect("the broker stays");
        let Event::Incoming(Packet::Publish(Publish { topic, payload, .. })) = event else { continue };
        if let Ok(MqttTopic::Event(garage, device)) = MqttTopic::parse(&topic) {
            let command = MqttTopic::Command(garage, device).to_string();
            client.try_publish(command, QoS::AtLeastOnce, false, payload).expect("room for an answer");
        }
    }
}
