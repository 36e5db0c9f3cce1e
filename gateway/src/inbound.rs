//! Messages on their way from the broker's connection to the lane loop: one bounded queue per sender, served in turn. A
//! device that floods fills its own queue; a message of another device waits for one message of the flood at most.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// A received message, not yet parsed.
#[derive(Debug)]
pub(crate) struct MqttMessage {
    pub topic: String,
    pub payload: Vec<u8>,
    /// The broker retained it for new subscribers: it may be of any age.
    pub retained: bool,
    pub at: Instant,
}

/// A controller resends its stored events after an outage at once. If full, a message is dropped, and its controller
/// resends it.
const MESSAGES: usize = 1_024;
/// Payloads of one sender; a real event has some 300 bytes.
const BYTES: usize = 4 * 1024 * 1024;
/// More than a garage has devices. Beyond it senders share a queue, so that invented topics use no memory.
const SENDERS: usize = 256;

/// The sender of a message: the part of its topic that names the device.
fn sender(topic: &str) -> &str {
    // `parking/v1/GARAGE/DEVICE/...`; in the topics of other makes the serial number is at the first or second level.
    let levels = if topic.starts_with("parking/") { 4 } else { 2 };
    let end = topic.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).nth(levels - 1);
    end.and_then(|end| topic.get(..end)).unwrap_or(topic)
}

#[derive(Debug, Default)]
struct SenderQueue {
    messages: VecDeque<MqttMessage>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct InboundQueues {
    queues: HashMap<String, SenderQueue>,
    /// Senders with messages, the next one first.
    turns: VecDeque<String>,
}

impl InboundQueues {
    fn push(&mut self, message: MqttMessage) -> Result<(), InboundQueueFull> {
        let mut sender = sender(&message.topic).to_owned();
        if !self.queues.contains_key(&sender) && self.queues.len() >= SENDERS {
            sender = String::new();
        }
        let queue = self.queues.entry(sender.clone()).or_default();
        let bytes = queue.bytes.saturating_add(message.payload.len());
        if queue.messages.len() >= MESSAGES || bytes > BYTES {
            return Err(InboundQueueFull);
        }
        if queue.messages.is_empty() {
            self.turns.push_back(sender);
        }
        queue.bytes = bytes;
        queue.messages.push_back(message);
        Ok(())
    }

    fn pop(&mut self) -> Option<MqttMessage> {
        let sender = self.turns.pop_front()?;
        let queue = self.queues.get_mut(&sender)?;
        let message = queue.messages.pop_front();
        queue.bytes = queue.bytes.saturating_sub(message.as_ref().map_or(0, |message| message.payload.len()));
        if !queue.messages.is_empty() {
            self.turns.push_back(sender);
        }
        message
    }
}

/// The sender's queue is full: the message is dropped.
#[derive(Debug)]
pub(crate) struct InboundQueueFull;

/// Both ends of the queues; cheap to clone. There is one receiver.
#[derive(Debug, Clone, Default)]
pub(crate) struct InboundMessages(Arc<InboundShared>);

#[derive(Debug, Default)]
struct InboundShared {
    queues: Mutex<InboundQueues>,
    arrived: Notify,
}

impl InboundMessages {
    fn queues(&self) -> MutexGuard<'_, InboundQueues> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, message: MqttMessage) -> Result<(), InboundQueueFull> {
        self.queues().push(message)?;
        self.0.arrived.notify_one();
        Ok(())
    }

    /// The next message, of each sender in turn. Dropping the future loses no message.
    pub(crate) async fn next(&self) -> MqttMessage {
        loop {
            if let Some(message) = self.queues().pop() {
                return message;
            }
            self.0.arrived.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str) -> MqttMessage {
        MqttMessage { topic: topic.into(), payload: vec![0; 10], retained: false, at: Instant::now() }
    }

    #[test]
    fn a_sender_is_the_device_that_the_topic_names() {
        assert_eq!(sender("parking/v1/g/in/event"), sender("parking/v1/g/in/status"));
        assert_ne!(sender("parking/v1/g/in/event"), sender("parking/v1/g/out/event"));
        assert_eq!(sender("device/917e/message/up/ivs_result"), "device/917e");
        assert_eq!(sender("/device/917e/up"), "/device/917e");
        assert_eq!(sender("917e/device/message/up/x"), "917e/device");
        assert_eq!(sender("frigate/events"), "frigate/events");
        assert_eq!(sender("/"), "/");
    }

    #[tokio::test]
    async fn a_flood_fills_its_own_queue_and_another_device_comes_next() {
        let inbound = InboundMessages::default();
        let taken = (0..5_000).filter(|_| inbound.push(message("parking/v1/g/flood/event")).is_ok()).count();
        assert_eq!(taken, MESSAGES);
        inbound.push(message("parking/v1/g/sound/event")).unwrap();
        assert!(inbound.next().await.topic.contains("flood"));
        assert!(inbound.next().await.topic.contains("sound"));
        for _ in 1..MESSAGES {
            assert!(inbound.next().await.topic.contains("flood"));
        }
        assert!(inbound.queues().pop().is_none());
    }

    #[test]
    fn invented_topics_share_one_queue() {
        let inbound = InboundMessages::default();
        for n in 0..10_000 {
            let _ = inbound.push(message(&format!("device/{n}/up")));
        }
        assert_eq!(inbound.queues().queues.len(), SENDERS + 1);
    }
}
