//! A new outbox row, and the reply that its controller receives once it is on disk.

use domain::access::Audience;
use domain::ids::{DeviceId, EventId};
use domain::time::Timestamp;
use protocol::mqtt::RejectedEvent;
use protocol::uplink::{UplinkRecord, UplinkRecordContent};

use crate::garage::CountDelta;

/// A row before the writer has assigned its sequence number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutboxEntry {
    pub device: DeviceId,
    pub received_at: Timestamp,
    pub what: UplinkRecordContent,
    pub delta: i64,
    /// Audience under which the car was admitted, if known.
    pub audience: Option<Audience>,
    pub answer: OutboxReply,
}

/// The reply to the controller after the commit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OutboxReply {
    /// The id that the controller sent.
    Stored(EventId),
    Rejected(RejectedEvent),
    /// No device waits for a reply.
    None,
}

impl OutboxEntry {
    pub(crate) fn change(&self) -> CountDelta {
        CountDelta::of(self.delta, self.audience)
    }

    /// The key that identifies a second copy: the event's id, with a prefix for rejected events that no id can contain.
    /// `None` without an id.
    pub(crate) fn key(&self) -> Option<String> {
        match &self.answer {
            OutboxReply::Stored(sent) => Some(self.event_id().unwrap_or(sent).to_string()),
            OutboxReply::Rejected(refused) => refused.event_id.as_ref().map(|id| format!("!{id}")),
            OutboxReply::None => None,
        }
    }

    /// The id under which an event is recorded: the device's own, or a derived one if that belongs to another reading.
    pub(crate) fn event_id(&self) -> Option<&EventId> {
        match &self.what {
            UplinkRecordContent::Event(event) => Some(&event.event_id),
            UplinkRecordContent::DeadLetter(_) => None,
        }
    }

    pub(crate) fn record(&self, seq: i64) -> UplinkRecord {
        UplinkRecord {
            seq,
            device: self.device.clone(),
            received_at: self.received_at,
            content: self.what.clone(),
        }
    }
}
