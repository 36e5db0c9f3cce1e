//! What is put into the outbox, and who is told once it is on disk.

use domain::access::Audience;
use domain::ids::{DeviceId, EventId};
use domain::time::Timestamp;
use protocol::mqtt::RejectedEvent;
use protocol::uplink::{Record, What};

use crate::garage::Change;

/// One row in the making; the writer gives it its place in the sequence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub device: DeviceId,
    pub received_at: Timestamp,
    pub what: What,
    pub delta: i64,
    /// As whom the car came in, where it is known.
    pub audience: Option<Audience>,
    pub answer: Answer,
}

/// What the controller is told after the commit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// The id that the controller sent.
    Stored(EventId),
    Rejected(RejectedEvent),
    /// Nobody is there to be told.
    Silence,
}

impl Entry {
    pub fn change(&self) -> Change {
        Change::of(self.delta, self.audience)
    }

    /// By what a second copy is recognised: the event's id, behind a mark for those that were refused (no id can
    /// contain it), nothing where there is none.
    pub fn key(&self) -> Option<String> {
        match &self.answer {
            Answer::Stored(sent) => Some(self.event_id().unwrap_or(sent).to_string()),
            Answer::Rejected(refused) => refused.event_id.as_ref().map(|id| format!("!{id}")),
            Answer::Silence => None,
        }
    }

    /// The id under which an event is recorded: the device's own, or a derived one where that is of another reading.
    pub fn event_id(&self) -> Option<&EventId> {
        match &self.what {
            What::Event(event) => Some(&event.event_id),
            What::DeadLetter(_) => None,
        }
    }

    pub fn record(&self, seq: i64) -> Record {
        Record { seq, device: self.device.clone(), received_at: self.received_at, what: self.what.clone() }
    }
}
