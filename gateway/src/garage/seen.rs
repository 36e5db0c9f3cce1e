//! The events that this gateway has met, so that a repeated one opens nothing and counts nothing.
//!
//! Bounded: the oldest goes first. One that is forgotten and comes again is still kept apart by the outbox's unique
//! index and by the server; and it is too old to open anything.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use domain::ids::{DeviceId, EventId};

use super::Outcome;

/// More than all controllers of a garage send in the 8 s in which an event may open.
pub(crate) const REMEMBERED: usize = 8_192;

type Key = Arc<(DeviceId, EventId)>;

/// How far a met event has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Queued,
    Stored,
    /// The outbox had no place for it.
    Lost,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    events: HashMap<Key, (Outcome, Kept)>,
    order: VecDeque<Key>,
}

impl Seen {
    pub fn find(&self, device: &DeviceId, event: &EventId) -> Option<(Outcome, Kept)> {
        self.events.get(&(device.clone(), event.clone())).copied()
    }

    pub fn insert(&mut self, device: DeviceId, event: EventId, outcome: Outcome, kept: Kept) {
        let key = Arc::new((device, event));
        if self.events.insert(key.clone(), (outcome, kept)).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.events.remove(&oldest);
            }
        }
    }

    pub fn mark(&mut self, device: &DeviceId, event: &EventId, kept: Kept) {
        if let Some(entry) = self.events.get_mut(&(device.clone(), event.clone())) {
            entry.1 = kept;
        }
    }
}
