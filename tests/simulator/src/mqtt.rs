//! One MQTT connection; the only file that names the client.
//!
//! One connection is one client: after an error the [`SimulatorLink`] is dropped and a new one is made, with a clean
//! session. The client's own reconnect drops what it had pending and can live-lock on a colliding packet id, and
//! the controller keeps what must not be lost anyway. No code publishes from the polling task: a full
//! request channel would then wait for itself.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ClientError, ConnectionError, Event, EventLoop, MqttOptions, NetworkOptions, Outgoing,
    Packet, QoS, SubAck, SubscribeFilter, SubscribeReasonCode,
};

/// The client's default of 10 KiB turns one larger packet into endless reconnects.
const MAX_PACKET: usize = 64 * 1024;

/// Requests between the publishing and the polling task; a publisher waits when it is full.
const REQUESTS: usize = 64;

/// A dead link is noticed after at most twice this.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Seconds for connecting, and for one flush.
const CONNECT_SECONDS: u64 = 5;

const PUBLISH_DEADLINE: Duration = Duration::from_secs(10);

const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// Address and credentials; the user name is the client id too.
#[derive(Clone)]
pub(crate) struct SimulatorEndpoint {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: String,
}

/// The reason why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulatorLinkError {
    #[error("the connection to the broker ended")]
    Connection(#[source] Box<ConnectionError>),
    #[error("the client takes no more requests")]
    Client(#[source] Box<ClientError>),
    #[error("the broker refused a subscription")]
    SubscriptionRefused,
    #[error("the client took no request within {} s", PUBLISH_DEADLINE.as_secs())]
    Stuck,
}

/// QoS: whether the broker confirms a publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublishDelivery {
    AtMostOnce,
    AtLeastOnce,
}

/// The publishing side of a [`SimulatorLink`]; it fails as soon as the link is gone.
#[derive(Clone)]
pub(crate) struct SimulatorPublisher(AsyncClient);

impl SimulatorPublisher {
    pub(crate) async fn publish(
        &self,
        topic: &str,
        delivery: PublishDelivery,
        payload: Vec<u8>,
    ) -> Result<(), SimulatorLinkError> {
        let qos = match delivery {
            PublishDelivery::AtMostOnce => QoS::AtMostOnce,
            PublishDelivery::AtLeastOnce => QoS::AtLeastOnce,
        };
        tokio::time::timeout(PUBLISH_DEADLINE, self.0.publish(topic, qos, false, payload))
            .await
            .map_err(|_| SimulatorLinkError::Stuck)?
            .map_err(|e| SimulatorLinkError::Client(Box::new(e)))
    }
}

/// An event of a link.
pub(crate) enum SimulatorLinkEvent {
    /// Connected and subscribed: answers to what is published from now on will arrive.
    Ready(SimulatorPublisher),
    Message {
        topic: String,
        payload: Vec<u8>,
    },
}

/// One connection from its first byte to its end.
pub(crate) struct SimulatorLink {
    client: AsyncClient,
    events: EventLoop,
    filters: Vec<String>,
}

impl SimulatorLink {
    /// `filters` are subscribed with QoS 1 as soon as the broker has accepted the connection.
    pub(crate) fn new(door: &SimulatorEndpoint, filters: Vec<String>) -> Self {
        let mut options = MqttOptions::new(&door.username, &door.host, door.port);
        options
            .set_credentials(&door.username, &door.password)
            .set_clean_session(true)
            .set_keep_alive(KEEP_ALIVE)
            .set_max_packet_size(MAX_PACKET, MAX_PACKET);
        let (client, mut events) = AsyncClient::new(options, REQUESTS);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        network.set_connection_timeout(CONNECT_SECONDS);
        events.set_network_options(network);
        Self { client, events, filters }
    }

    pub(crate) async fn next(&mut self) -> Result<SimulatorLinkEvent, SimulatorLinkError> {
        loop {
            let event = self.events.poll().await.map_err(|e| SimulatorLinkError::Connection(Box::new(e)))?;
            let Event::Incoming(packet) = event else { continue };
            match packet {
                Packet::ConnAck(_) => self.subscribe()?,
                Packet::SubAck(granted) => return self.subscribed(&granted),
                Packet::Publish(message) => {
                    return Ok(SimulatorLinkEvent::Message {
                        topic: message.topic,
                        payload: message.payload.to_vec(),
                    });
                }
                _ => {}
            }
        }
    }

    /// The request channel of a new connection is empty: this cannot wait.
    fn subscribe(&self) -> Result<(), SimulatorLinkError> {
        let filters = self.filters.iter().map(|f| SubscribeFilter::new(f.clone(), QoS::AtLeastOnce));
        self.client.try_subscribe_many(filters).map_err(|e| SimulatorLinkError::Client(Box::new(e)))
    }

    fn subscribed(&self, granted: &SubAck) -> Result<SimulatorLinkEvent, SimulatorLinkError> {
        if granted.return_codes.contains(&SubscribeReasonCode::Failure) {
            return Err(SimulatorLinkError::SubscriptionRefused);
        }
        Ok(SimulatorLinkEvent::Ready(SimulatorPublisher(self.client.clone())))
    }

    /// Disconnects from the broker, within a deadline.
    pub(crate) async fn close(mut self) {
        if self.client.try_disconnect().is_err() {
            return;
        }
        let gone = async {
            while let Ok(event) = self.events.poll().await {
                if event == Event::Outgoing(Outgoing::Disconnect) {
                    break;
                }
            }
        };
        // Past the deadline the broker notices by itself.
        let _ = tokio::time::timeout(CLOSE_DEADLINE, gone).await;
    }
}
