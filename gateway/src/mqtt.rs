//! The broker's connection; the only file that names the MQTT client.
//!
//! One connection is one client. After any error, client and event loop are dropped and replaced, with a clean session
//! and a new subscription. No MQTT state crosses connections: records are acknowledged end to end, and an open command
//! must not be replayed after a reconnect (invariant 6). So the client's own reconnect is never used; it drops pending
//! messages and can live-lock on a colliding packet id. The polling task never publishes, because it would wait for its
//! own full request channel.

pub(crate) mod probe;

use std::time::{Duration, Instant};

use rumqttc::{
    AsyncClient, ClientError, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, Publish, QoS, SubAck, SubscribeFilter, SubscribeReasonCode,
};
use service::ProcessReadiness;
use service::config::SecretText;
use service::retry::RetryBackoff;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::cause::causes;
use crate::config;
use crate::last_will::last_will;
use crate::metric::GatewayMetrics;

/// Maximum payload at the garage's broker. A message larger than an event still opens an exit and becomes a dead
/// letter.
pub(crate) const MAX_PAYLOAD: usize = 128 * 1024;
/// With the client's default of 10 KiB, one larger packet causes endless reconnects.
const MAX_PACKET: usize = MAX_PAYLOAD + 4 * 1024;
/// Requests between the publishers and the polling task; a publisher waits when it is full.
const REQUESTS: usize = 256;
/// Maximum of unconfirmed publishes; each uses one packet id.
const INFLIGHT: u16 = 256;
/// A dead link is detected after at most twice this.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Deadline for connecting, and for one flush.
const CONNECT_SECONDS: u64 = 5;
/// Deadline from the first byte to the granted subscription.
const READY_DEADLINE: Duration = Duration::from_secs(10);
/// Deadline for a place in the request queue. After it the message is dropped.
const PUBLISH_DEADLINE: Duration = Duration::from_secs(1);
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
const RETRY_BASE: Duration = Duration::from_millis(200);
const RETRY_CAP: Duration = Duration::from_secs(5);

/// A received message, not yet parsed.
#[derive(Debug)]
pub(crate) struct MqttMessage {
    pub topic: String,
    pub payload: Vec<u8>,
    /// The broker retained it for new subscribers: it may be of any age.
    pub retained: bool,
    pub at: Instant,
}

/// Error that ended a connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokerLinkError {
    #[error("the connection to the broker ended")]
    Connection(#[source] Box<ConnectionError>),
    #[error("the client takes no requests")]
    Client(#[source] Box<ClientError>),
    #[error("the broker refused the subscription: check the gateway's permissions")]
    SubscriptionRefused,
    #[error("the broker did not grant the subscription in time")]
    Slow,
}

/// Error of a message that was not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MqttPublishError {
    #[error("there is no connection to the broker")]
    Offline,
    #[error("the broker takes messages too slowly")]
    Slow,
}

/// Whether the broker retains a message for later subscribers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MqttRetention {
    Transient,
    Retained,
}

/// The publishing side of the current connection, if there is one.
#[derive(Clone)]
pub(crate) struct BrokerPublisher(watch::Receiver<Option<AsyncClient>>);

impl BrokerPublisher {
    /// Publishes with QoS 1. A message that fails here is never sent later.
    pub(crate) async fn publish(
        &self,
        topic: String,
        keep: MqttRetention,
        payload: Vec<u8>,
    ) -> Result<(), MqttPublishError> {
        let client = self.0.borrow().clone().ok_or(MqttPublishError::Offline)?;
        let sent = client.publish(topic, QoS::AtLeastOnce, keep == MqttRetention::Retained, payload);
        match tokio::time::timeout(PUBLISH_DEADLINE, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(MqttPublishError::Offline),
            Err(_) => Err(MqttPublishError::Slow),
        }
    }

    /// Publishes with QoS 0: a device that is offline now never receives it. For messages without a lifetime of their
    /// own.
    pub(crate) fn publish_now(&self, topic: String, payload: Vec<u8>) -> Result<(), MqttPublishError> {
        let client = self.0.borrow().clone().ok_or(MqttPublishError::Offline)?;
        client.try_publish(topic, QoS::AtMostOnce, false, payload).map_err(|_| MqttPublishError::Slow)
    }

    /// Waits until a connection is established or lost; `false` when no more will follow.
    pub(crate) async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

/// The polling side; [`BrokerConnection::run`] is its task.
pub(crate) struct BrokerConnection {
    mqtt: config::MqttConfig,
    filters: Vec<String>,
    largest: usize,
    inbound: mpsc::Sender<MqttMessage>,
    link: watch::Sender<Option<AsyncClient>>,
    meter: GatewayMetrics,
    check: service::readiness::ReadinessCheck,
}

impl BrokerConnection {
    /// Truncates payloads to `largest` bytes. When `inbound` is full, a message is dropped and counted.
    pub(crate) fn new(
        mqtt: config::MqttConfig,
        filters: Vec<String>,
        largest: usize,
        inbound: mpsc::Sender<MqttMessage>,
        meter: GatewayMetrics,
        readiness: &ProcessReadiness,
    ) -> (Self, BrokerPublisher) {
        let (link, broker) = watch::channel(None);
        let check = readiness.check("mqtt");
        (Self { mqtt, filters, largest, inbound, link, meter, check }, BrokerPublisher(broker))
    }

    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("mqtt", RETRY_BASE, RETRY_CAP);
        while let Err(error) = self.connection(&mut backoff, &stop).await {
            self.link.send_replace(None);
            self.meter.connected(false);
            self.check.set_failed("no connection to the broker");
            // Logged once per outage, not once per try.
            if backoff.attempts() == 0 {
                let cause = causes(&error);
                tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "broker unreachable; reconnecting");
            }
            let delay = backoff.next_delay();
            if stop.run_until_cancelled(tokio::time::sleep(delay)).await.is_none() {
                break;
            }
        }
        self.link.send_replace(None);
    }

    /// Runs one connection from its first byte to its end; `Ok` when it was stopped.
    async fn connection(
        &self,
        backoff: &mut RetryBackoff,
        stop: &CancellationToken,
    ) -> Result<(), BrokerLinkError> {
        let (topic, payload) = last_will(self.meter.garage());
        let will = LastWill::new(topic, payload, QoS::AtLeastOnce, true);
        let (client, mut events) = client(&self.mqtt, Some(&will));
        let ready = tokio::time::timeout(READY_DEADLINE, self.subscribed(&client, &mut events));
        match stop.run_until_cancelled(ready).await {
            None => return Ok(()),
            Some(ready) => ready.map_err(|_| BrokerLinkError::Slow)??,
        }
        backoff.reset();
        tracing::info!(garage.id = %self.meter.garage(), mqtt.host = %self.mqtt.host, mqtt.port = self.mqtt.port, "connected to the broker");
        self.link.send_replace(Some(client.clone()));
        self.meter.connected(true);
        self.check.set_ready();
        let Some(end) = stop.run_until_cancelled(self.poll(&mut events)).await else {
            close(&client, &mut events, Some(will)).await;
            return Ok(());
        };
        end
    }

    async fn subscribed(&self, client: &AsyncClient, events: &mut EventLoop) -> Result<(), BrokerLinkError> {
        loop {
            match next(events).await? {
                Event::Incoming(Packet::ConnAck(_)) => {
                    let filters =
                        self.filters.iter().map(|f| SubscribeFilter::new(f.clone(), QoS::AtLeastOnce));
                    // The request channel of a new connection is empty, so this cannot wait.
                    client.try_subscribe_many(filters).map_err(|e| BrokerLinkError::Client(Box::new(e)))?;
                }
                Event::Incoming(Packet::SubAck(granted)) => return all_granted(&granted),
                Event::Incoming(Packet::Publish(message)) => self.take(message),
                Event::Incoming(_) | Event::Outgoing(_) => {}
            }
        }
    }

    async fn poll(&self, events: &mut EventLoop) -> Result<(), BrokerLinkError> {
        loop {
            if let Event::Incoming(Packet::Publish(message)) = next(events).await? {
                self.take(message);
            }
        }
    }

    fn take(&self, message: Publish) {
        let kept = message.payload.get(..self.largest).unwrap_or(&message.payload);
        let message = MqttMessage {
            payload: kept.to_vec(),
            topic: message.topic,
            retained: message.retain,
            at: Instant::now(),
        };
        if self.inbound.try_send(message).is_err() {
            self.meter.inbound_dropped();
        }
    }
}

fn client(mqtt: &config::MqttConfig, will: Option<&LastWill>) -> (AsyncClient, EventLoop) {
    // A random client id. A client that connects with a known id ends the connection that has it, and most brokers
    // allow this to any user.
    let client_id = format!("{}.{}", mqtt.username, uuid::Uuid::new_v4().simple());
    let mut options = MqttOptions::new(client_id, &mqtt.host, mqtt.port);
    options
        .set_credentials(&mqtt.username, SecretText::expose(&mqtt.password))
        .set_clean_session(true)
        .set_keep_alive(KEEP_ALIVE)
        .set_inflight(INFLIGHT)
        .set_max_packet_size(MAX_PACKET, MAX_PACKET);
    if let Some(will) = will {
        options.set_last_will(will.clone());
    }
    let (client, mut events) = AsyncClient::new(options, REQUESTS);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(CONNECT_SECONDS);
    events.set_network_options(network);
    (client, events)
}

async fn next(events: &mut EventLoop) -> Result<Event, BrokerLinkError> {
    events.poll().await.map_err(|e| BrokerLinkError::Connection(Box::new(e)))
}

fn all_granted(granted: &SubAck) -> Result<(), BrokerLinkError> {
    if granted.return_codes.contains(&SubscribeReasonCode::Failure) {
        return Err(BrokerLinkError::SubscriptionRefused);
    }
    Ok(())
}

/// Sends the queued messages and the last will, which a broker drops after a clean disconnect, and disconnects, within
/// a deadline.
async fn close(client: &AsyncClient, events: &mut EventLoop, will: Option<LastWill>) {
    if let Some(will) = will {
        // If the queue is full of commands, these are more important.
        let _ = client.try_publish(will.topic, will.qos, will.retain, will.message);
    }
    if client.try_disconnect().is_err() {
        return;
    }
    let gone = async {
        while let Ok(event) = events.poll().await {
            if event == Event::Outgoing(Outgoing::Disconnect) {
                break;
            }
        }
    };
    // After the deadline the broker detects the end by itself.
    let _ = tokio::time::timeout(CLOSE_DEADLINE, gone).await;
}
