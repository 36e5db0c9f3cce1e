//! An MQTT 3.1.1 client that connects only once and passes every received packet to the test.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeReasonCode,
};
use standalone::broker::{BrokerUserSpec, EmbeddedBroker};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use protocol::mqtt::MqttPermissions;

/// Long enough for a busy machine; a test that waits this long has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) const PASSWORD: &str = "correct horse";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Message { topic: String, payload: Vec<u8>, retain: bool },
    Acknowledged,
    Subscribed(Vec<SubscribeReasonCode>),
    Closed,
}

pub(crate) struct Client {
    pub mqtt: AsyncClient,
    seen: mpsc::UnboundedReceiver<Seen>,
    task: JoinHandle<()>,
}

/// Two controllers and the gateway of garage `g1`, one controller of garage `g2`.
pub(crate) async fn start() -> EmbeddedBroker {
    let (g1, g2) = ("g1".parse().unwrap(), "g2".parse().unwrap());
    let (d1, d2) = ("d1".parse().unwrap(), "d2".parse().unwrap());
    let users = [
        MqttPermissions::device(&g1, &d1),
        MqttPermissions::device(&g1, &d2),
        MqttPermissions::device(&g2, &d1),
        MqttPermissions::gateway(&g1),
        MqttPermissions::sign(&g1),
    ];
    EmbeddedBroker::start("127.0.0.1:0".parse().unwrap(), users.into_iter().map(user).collect())
        .await
        .unwrap()
}

pub(crate) fn user(permissions: MqttPermissions) -> BrokerUserSpec {
    BrokerUserSpec::new(permissions.username, PASSWORD, permissions.publish, permissions.subscribe)
}

pub(crate) fn options(broker: &EmbeddedBroker, username: &str) -> MqttOptions {
    let mut options = MqttOptions::new(username, "127.0.0.1", broker.local_addr().port());
    options.set_credentials(username, PASSWORD);
    options.set_max_packet_size(1024 * 1024, 1024 * 1024);
    options
}

impl Client {
    pub(crate) async fn log_in(broker: &EmbeddedBroker, username: &str) -> Self {
        Self::connect(options(broker, username)).await.unwrap()
    }

    pub(crate) async fn connect(options: MqttOptions) -> Result<Self, ConnectionError> {
        let (mqtt, mut events) = AsyncClient::new(options, 64);
        loop {
            let event = tokio::time::timeout(DEADLINE, events.poll()).await.expect("no answer to CONNECT")?;
            if matches!(event, Event::Incoming(Packet::ConnAck(_))) {
                break;
            }
        }
        let (tell, seen) = mpsc::unbounded_channel();
        Ok(Self { mqtt, seen, task: tokio::spawn(forward(events, tell)) })
    }

    pub(crate) async fn next(&mut self) -> Seen {
        let seen = tokio::time::timeout(DEADLINE, self.seen.recv()).await.expect("nothing came in time");
        seen.unwrap_or(Seen::Closed)
    }

    /// The next message's topic and payload; anything else fails the test.
    pub(crate) async fn message(&mut self) -> (String, String) {
        match self.next().await {
            Seen::Message { topic, payload, .. } => (topic, String::from_utf8(payload).unwrap()),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    pub(crate) async fn publish(&mut self, topic: &str, payload: &str) {
        self.mqtt.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
        assert_eq!(self.next().await, Seen::Acknowledged);
    }

    pub(crate) async fn retain(&mut self, topic: &str, payload: &str) {
        self.mqtt.publish(topic, QoS::AtLeastOnce, true, payload).await.unwrap();
        assert_eq!(self.next().await, Seen::Acknowledged);
    }

    /// Whether the subscription was granted.
    pub(crate) async fn subscribe(&mut self, filter: &str) -> bool {
        self.mqtt.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        loop {
            if let Seen::Subscribed(codes) = self.next().await {
                return codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)));
            }
        }
    }

    /// Breaks the connection without DISCONNECT.
    pub(crate) fn die(self) {
        self.task.abort();
    }
}

async fn forward(mut events: EventLoop, tell: mpsc::UnboundedSender<Seen>) {
    loop {
        let seen = match events.poll().await {
            Ok(Event::Incoming(Packet::Publish(p))) => {
                Seen::Message { topic: p.topic, payload: p.payload.to_vec(), retain: p.retain }
            }
            Ok(Event::Incoming(Packet::PubAck(_) | Packet::PubComp(_))) => Seen::Acknowledged,
            Ok(Event::Incoming(Packet::SubAck(ack))) => Seen::Subscribed(ack.return_codes),
            Ok(_) => continue,
            Err(_) => return,
        };
        if tell.send(seen).is_err() {
            return;
        }
    }
}
