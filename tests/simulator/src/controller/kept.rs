//! The events that no acknowledgement has named yet (invariant 2).
//!
//! A car that stands at the gate now precedes the history: events that were never sent come first, in order,
//! then those whose resend is due. The store is bounded; when it is full a new event is refused to the caller,
//! because dropping an older one would lose it silently.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use domain::ids::EventId;
use protocol::mqtt::ControllerEvent;
use rand::Rng;
use tokio::sync::oneshot;

use super::pending::EventAckReceipt;

/// When an unacknowledged event is sent again: doubling from `first` to `most`, each with up to a fifth of jitter.
#[derive(Debug, Clone, Copy)]
pub struct ResendPolicy {
    pub first: Duration,
    pub most: Duration,
}

impl Default for ResendPolicy {
    fn default() -> Self {
        Self { first: Duration::from_secs(2), most: Duration::from_secs(15) }
    }
}

impl ResendPolicy {
    /// Pause after the `sent`-th publish.
    fn pause(self, sent: u32, rng: &mut impl Rng) -> Duration {
        let doubled = self.first.saturating_mul(1 << sent.saturating_sub(1).min(16));
        doubled.min(self.most).mul_f64(rng.random_range(1.0..1.2))
    }
}

/// The controller's store has no room for another event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} events are kept already and none has been acknowledged")]
pub struct StoreFullError(pub usize);

#[derive(Debug)]
pub(super) struct KeptEvent {
    event: ControllerEvent,
    happened: Instant,
    /// Time of its first publish.
    pub published: Option<Instant>,
    pub sent: u32,
    due: Option<Instant>,
    pub acked: oneshot::Sender<EventAckReceipt>,
}

/// An event to publish.
#[derive(Debug)]
pub(super) struct OutgoingEvent {
    pub event: ControllerEvent,
    pub repeated: bool,
}

#[derive(Debug)]
pub(super) struct KeptEvents {
    capacity: usize,
    resend: ResendPolicy,
    events: HashMap<EventId, KeptEvent>,
    fresh: VecDeque<EventId>,
    waiting: BTreeSet<(Instant, EventId)>,
}

impl KeptEvents {
    pub(super) fn new(capacity: usize, resend: ResendPolicy) -> Self {
        Self { capacity, resend, events: HashMap::new(), fresh: VecDeque::new(), waiting: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn keep(
        &mut self,
        event: ControllerEvent,
        happened: Instant,
        acked: oneshot::Sender<EventAckReceipt>,
    ) -> Result<(), StoreFullError> {
        if self.events.len() >= self.capacity {
            return Err(StoreFullError(self.capacity));
        }
        let id = event.event_id.clone();
        self.fresh.push_back(id.clone());
        self.events.insert(id, KeptEvent { event, happened, published: None, sent: 0, due: None, acked });
        Ok(())
    }

    /// At most `limit` events to publish now, each with its age and the time of its next resend.
    pub(super) fn take_due(&mut self, now: Instant, limit: usize, rng: &mut impl Rng) -> Vec<OutgoingEvent> {
        let mut out = Vec::new();
        while out.len() < limit {
            let Some(id) = self.pop_due(now) else { break };
            out.extend(self.send(&id, now, rng));
        }
        out
    }

    fn pop_due(&mut self, now: Instant) -> Option<EventId> {
        if let Some(id) = self.fresh.pop_front() {
            return Some(id);
        }
        if self.waiting.first().is_none_or(|(due, _)| *due > now) {
            return None;
        }
        self.waiting.pop_first().map(|(_, id)| id)
    }

    /// `None` if it was acknowledged in the meantime.
    fn send(&mut self, id: &EventId, now: Instant, rng: &mut impl Rng) -> Option<OutgoingEvent> {
        let kept = self.events.get_mut(id)?;
        kept.published.get_or_insert(now);
        kept.sent = kept.sent.saturating_add(1);
        let due = now + self.resend.pause(kept.sent, rng);
        kept.due = Some(due);
        self.waiting.insert((due, id.clone()));
        let mut event = kept.event.clone();
        event.age_ms =
            u64::try_from(now.saturating_duration_since(kept.happened).as_millis()).unwrap_or(u64::MAX);
        Some(OutgoingEvent { event, repeated: kept.sent > 1 })
    }

    /// When the next resend is due; `None` if nothing waits.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// Makes every event due after a reconnect: what was in flight may be lost.
    pub(super) fn all_due(&mut self, now: Instant) {
        let waiting = std::mem::take(&mut self.waiting);
        for (_, id) in waiting {
            if let Some(kept) = self.events.get_mut(&id) {
                kept.due = Some(now);
                self.waiting.insert((now, id));
            }
        }
    }

    pub(super) fn forget(&mut self, id: &EventId) -> Option<KeptEvent> {
        let kept = self.events.remove(id)?;
        if let Some(due) = kept.due {
            self.waiting.remove(&(due, id.clone()));
        }
        Some(kept)
    }

    pub(super) fn published(&self, id: &EventId) -> Option<Instant> {
        self.events.get(id).and_then(|kept| kept.published)
    }
}

#[cfg(test)]
mod tests;
