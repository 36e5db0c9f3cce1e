//! The broker's connection; the only file that names the client.
//!
//! One connection is one client: after any error client and event loop are thrown away and new ones made, with a
//! clean session and a new subscription. No MQTT state crosses connections: what must not be lost is acknowledged
//! end to end, and an open command must not come back after a reconnect (invariant 6). So the client's own
//! reconnect, which drops what it had pending and can live-lock on a colliding packet id, is never used.
//! Nobody publishes from the task that polls: a full request channel would then wait for itself.

pub(crate) mod probe;

use std::time::{Duration, Instant};

use rumqttc::{
    AsyncClient, ClientError, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, Publish, QoS, SubAck, SubscribeFilter, SubscribeReasonCode,
};
use service::Readiness;
use service::config::Secret;
use service::retry::Backoff;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::cause::causes;
use crate::config;
use crate::metric::Meter;
use crate::sign;

/// Payload that the garage's broker lets through: what is larger than an event still opens an exit and becomes a dead letter.
pub(crate) const MAX_PAYLOAD: usize = 128 * 1024;
/// The client's default of 10 KiB turns one larger packet into endless reconnects.
const MAX_PACKET: usize = MAX_PAYLOAD + 4 * 1024;
/// Requests between the publishers and the polling task; a publisher waits when it is full.
const REQUESTS: usize = 256;
/// Publishes that the broker has not confirmed; as many packet ids are in use.
const INFLIGHT: u16 = 256;
/// A dead link is noticed after at most twice this.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// For connecting, and for one flush.
const CONNECT_SECONDS: u64 = 5;
/// From the first byte to the granted subscription.
const READY_DEADLINE: Duration = Duration::from_secs(10);
/// How long a publisher waits for a place in the queue before the message is given up.
const PUBLISH_DEADLINE: Duration = Duration::from_secs(1);
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
const RETRY_BASE: Duration = Duration::from_millis(200);
const RETRY_CAP: Duration = Duration::from_secs(5);

/// What came in, as it came in.
#[derive(Debug)]
pub(crate) struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
    /// The broker kept it for new subscribers: it may be of any age.
    pub retained: bool,
    pub at: Instant,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the connection to the broker ended")]
    Connection(#[source] Box<ConnectionError>),
    #[error("the client takes no requests")]
    Client(#[source] Box<ClientError>),
    #[error("the broker refused the subscription: check the gateway's permissions")]
    SubscriptionRefused,
    #[error("the broker did not grant the subscription in time")]
    Slow,
}

/// Why a message was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("there is no connection to the broker")]
    Offline,
    #[error("the broker takes messages too slowly")]
    Slow,
}

/// Whether the broker keeps a message for those who subscribe later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Transient,
    Retained,
}

/// The publishing side of whatever connection there is now.
#[derive(Clone)]
pub(crate) struct Broker(watch::Receiver<Option<AsyncClient>>);

impl Broker {
    /// QoS 1. What is given up here is never sent later.
    pub async fn publish(&self, topic: String, keep: Keep, payload: Vec<u8>) -> Result<(), PublishError> {
        let client = self.0.borrow().clone().ok_or(PublishError::Offline)?;
        let sent = client.publish(topic, QoS::AtLeastOnce, keep == Keep::Retained, payload);
        match tokio::time::timeout(PUBLISH_DEADLINE, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(PublishError::Offline),
            Err(_) => Err(PublishError::Slow),
        }
    }

    /// QoS 0: whoever is not there now never hears of it. For what has no end of its own life.
    pub fn publish_now(&self, topic: String, payload: Vec<u8>) -> Result<(), PublishError> {
        let client = self.0.borrow().clone().ok_or(PublishError::Offline)?;
        client.try_publish(topic, QoS::AtMostOnce, false, payload).map_err(|_| PublishError::Slow)
    }

    /// Waits until a connection has come or gone; `false` when there will be no more.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

/// The polling side; [`Connection::run`] is its task.
pub(crate) struct Connection {
    mqtt: config::Mqtt,
    filters: Vec<String>,
    largest: usize,
    inbound: mpsc::Sender<Message>,
    link: watch::Sender<Option<AsyncClient>>,
    meter: Meter,
    check: service::readiness::Check,
}

impl Connection {
    /// Payloads are cut at `largest` bytes; when `inbound` is full a message is dropped and counted.
    pub fn new(
        mqtt: config::Mqtt,
        filters: Vec<String>,
        largest: usize,
        inbound: mpsc::Sender<Message>,
        meter: Meter,
        readiness: &Readiness,
    ) -> (Self, Broker) {
        let (link, broker) = watch::channel(None);
        let check = readiness.check("mqtt");
        (Self { mqtt, filters, largest, inbound, link, meter, check }, Broker(broker))
    }

    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new("mqtt", RETRY_BASE, RETRY_CAP);
        while let Err(error) = self.connection(&mut backoff, &stop).await {
            self.link.send_replace(None);
            self.meter.connected(false);
            self.check.set_failed("no connection to the broker");
            // Once an outage, not once a try.
            if backoff.attempts() == 0 {
                let cause = causes(&error);
                tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "the broker is out of reach");
            }
            let delay = backoff.next_delay();
            if stop.run_until_cancelled(tokio::time::sleep(delay)).await.is_none() {
                break;
            }
        }
        self.link.send_replace(None);
    }

    /// One connection from its first byte to its end; `Ok` when it was told to stop.
    async fn connection(&self, backoff: &mut Backoff, stop: &CancellationToken) -> Result<(), LinkError> {
        let (topic, payload) = sign::last_will(self.meter.garage());
        let will = LastWill::new(topic, payload, QoS::AtLeastOnce, true);
        let (client, mut events) = client(&self.mqtt, Some(&will));
        let ready = tokio::time::timeout(READY_DEADLINE, self.subscribed(&client, &mut events));
        match stop.run_until_cancelled(ready).await {
            None => return Ok(()),
            Some(ready) => ready.map_err(|_| LinkError::Slow)??,
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

    async fn subscribed(&self, client: &AsyncClient, events: &mut EventLoop) -> Result<(), LinkError> {
        loop {
            match next(events).await? {
                Event::Incoming(Packet::ConnAck(_)) => {
                    let filters =
                        self.filters.iter().map(|f| SubscribeFilter::new(f.clone(), QoS::AtLeastOnce));
                    // The request channel of a new connection is empty: this cannot wait.
                    client.try_subscribe_many(filters).map_err(|e| LinkError::Client(Box::new(e)))?;
                }
                Event::Incoming(Packet::SubAck(granted)) => return all_granted(&granted),
                Event::Incoming(Packet::Publish(message)) => self.take(message),
                Event::Incoming(_) | Event::Outgoing(_) => {}
            }
        }
    }

    async fn poll(&self, events: &mut EventLoop) -> Result<(), LinkError> {
        loop {
            if let Event::Incoming(Packet::Publish(message)) = next(events).await? {
                self.take(message);
            }
        }
    }

    fn take(&self, message: Publish) {
        let kept = message.payload.get(..self.largest).unwrap_or(&message.payload);
        let message = Message {
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

fn client(mqtt: &config::Mqtt, will: Option<&LastWill>) -> (AsyncClient, EventLoop) {
    // Nobody can guess it: whoever connects with a known client id ends the connection that has it, and most brokers
    // let any user do so.
    let client_id = format!("{}.{}", mqtt.username, uuid::Uuid::new_v4().simple());
    let mut options = MqttOptions::new(client_id, &mqtt.host, mqtt.port);
    options
        .set_credentials(&mqtt.username, Secret::expose(&mqtt.password))
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

async fn next(events: &mut EventLoop) -> Result<Event, LinkError> {
    events.poll().await.map_err(|e| LinkError::Connection(Box::new(e)))
}

fn all_granted(granted: &SubAck) -> Result<(), LinkError> {
    if granted.return_codes.contains(&SubscribeReasonCode::Failure) {
        return Err(LinkError::SubscriptionRefused);
    }
    Ok(())
}

/// Sends what is queued and the last will, which a broker drops after a clean disconnect, and disconnects, within a deadline.
async fn close(client: &AsyncClient, events: &mut EventLoop, will: Option<LastWill>) {
    if let Some(will) = will {
        // A queue that is full of commands matters more.
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
    // Past the deadline the broker notices by itself.
    let _ = tokio::time::timeout(CLOSE_DEADLINE, gone).await;
}
