//! An MQTT client that misbehaves: wrong passwords, foreign topics. The only file here that names the library.

use std::net::SocketAddr;
use std::time::Duration;

use rumqttc::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::phone::PATIENCE;

/// More messages than any test has in flight.
const MESSAGES: usize = 1_000;

/// Large enough to send what a gateway must refuse.
const MAX_PACKET: usize = 1024 * 1024;

/// The broker refused the client.
#[derive(Debug, thiserror::Error)]
#[error("the broker refused the connection")]
pub struct BrokerRefusal(#[source] Box<ConnectionError>);

/// Topic and payload; an error is the last item.
type InboxMessage = Result<(String, Vec<u8>), ConnectionError>;

/// One connection; it ends when dropped.
pub struct MqttProbe {
    client: AsyncClient,
    inbox: mpsc::Receiver<InboxMessage>,
    polling: AbortHandle,
}

impl MqttProbe {
    /// Returns once the broker has accepted user and password.
    pub async fn connect(broker: SocketAddr, username: &str, password: &str) -> Result<Self, BrokerRefusal> {
        // The embedded broker takes ids that begin with the client's own user name, so that no client ends another's session.
        let id = format!("{username}.{}", Uuid::new_v4().simple());
        let mut options = MqttOptions::new(id, broker.ip().to_string(), broker.port());
        options.set_credentials(username, password).set_max_packet_size(MAX_PACKET, MAX_PACKET);
        options.set_keep_alive(Duration::from_secs(10));
        let (client, mut events) = AsyncClient::new(options, 64);
        let accepted = tokio::time::timeout(PATIENCE, accepted(&mut events)).await;
        accepted.expect("the broker answers").map_err(|e| BrokerRefusal(Box::new(e)))?;
        let (sender, inbox) = mpsc::channel(MESSAGES);
        let polling = tokio::spawn(poll(events, sender)).abort_handle();
        Ok(Self { client, inbox, polling })
    }

    pub async fn subscribe(&self, filter: &str) {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.expect("the connection lives");
    }

    pub async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).await.expect("the connection lives");
    }

    /// Returns the next message's topic and payload; panics with the reason if the connection has ended.
    pub async fn next(&mut self) -> (String, Vec<u8>) {
        let message = tokio::time::timeout(PATIENCE, self.inbox.recv()).await.expect("a message in time");
        message.expect("a connection that has not ended before").expect("an open connection")
    }
}

impl Drop for MqttProbe {
    fn drop(&mut self) {
        self.polling.abort();
    }
}

async fn accepted(events: &mut EventLoop) -> Result<(), ConnectionError> {
    while !matches!(events.poll().await?, Event::Incoming(Packet::ConnAck(_))) {}
    Ok(())
}

/// Polls until the connection ends; does not reconnect.
async fn poll(mut events: EventLoop, inbox: mpsc::Sender<InboxMessage>) {
    loop {
        let message = match events.poll().await {
            Ok(Event::Incoming(Packet::Publish(message))) => Ok((message.topic, message.payload.to_vec())),
            Ok(_) => continue,
            Err(error) => Err(error),
        };
        let ended = message.is_err();
        if inbox.send(message).await.is_err() || ended {
            return;
        }
    }
}
