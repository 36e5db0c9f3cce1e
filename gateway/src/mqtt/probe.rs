//! A short connection to the broker for the self-test, beside the gateway's own.

use std::time::Duration;

use super::{
    AsyncClient, BrokerLinkError, Event, EventLoop, Packet, QoS, READY_DEADLINE, SubscribeFilter,
    all_granted, client, close, next,
};
use crate::config;

/// A message received from the broker.
pub(crate) struct ProbeMessage {
    pub topic: String,
    pub payload: Vec<u8>,
}

pub(crate) struct BrokerProbe {
    client: AsyncClient,
    events: EventLoop,
}

impl BrokerProbe {
    /// Connects as the gateway's user, and subscribes.
    pub(crate) async fn open(mqtt: &config::MqttConfig, filters: &[String]) -> Result<Self, BrokerLinkError> {
        let (client, events) = client(mqtt, None);
        let mut probe = Self { client, events };
        tokio::time::timeout(READY_DEADLINE, probe.subscribed(filters))
            .await
            .map_err(|_| BrokerLinkError::Slow)??;
        Ok(probe)
    }

    async fn subscribed(&mut self, filters: &[String]) -> Result<(), BrokerLinkError> {
        loop {
            match next(&mut self.events).await? {
                Event::Incoming(Packet::ConnAck(_)) => {
                    let filters = filters.iter().map(|f| SubscribeFilter::new(f.clone(), QoS::AtLeastOnce));
                    let sent = self.client.try_subscribe_many(filters);
                    sent.map_err(|e| BrokerLinkError::Client(Box::new(e)))?;
                }
                Event::Incoming(Packet::SubAck(granted)) => return all_granted(&granted),
                Event::Incoming(_) | Event::Outgoing(_) => {}
            }
        }
    }

    pub(crate) fn publish(&self, topic: &str, payload: Vec<u8>) -> Result<(), BrokerLinkError> {
        let sent = self.client.try_publish(topic, QoS::AtLeastOnce, false, payload);
        sent.map_err(|e| BrokerLinkError::Client(Box::new(e)))
    }

    /// The next message, or `None` if none arrives within `wait`.
    pub(crate) async fn heard(&mut self, wait: Duration) -> Result<Option<ProbeMessage>, BrokerLinkError> {
        match tokio::time::timeout(wait, self.publish_in()).await {
            Ok(heard) => heard.map(Some),
            Err(_) => Ok(None),
        }
    }

    async fn publish_in(&mut self) -> Result<ProbeMessage, BrokerLinkError> {
        loop {
            if let Event::Incoming(Packet::Publish(message)) = next(&mut self.events).await? {
                return Ok(ProbeMessage { topic: message.topic, payload: message.payload.to_vec() });
            }
        }
    }

    pub(crate) async fn close(mut self) {
        close(&self.client, &mut self.events, None).await;
    }
}
