//! Who waits, at a request that a device has made, for what becomes of its event.
//!
//! The lane loop and the outbox tell it as they tell a native controller; nobody waits in them for a device. A decision is remembered for
//! as long as an open command lives: a device that asks again has not heard the answer, and its car still stands there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::access::Decision;
use domain::ids::{DeviceId, EventId};
use protocol::mqtt::OPEN_TTL_MS;
use tokio::sync::oneshot;

const LIFE: Duration = Duration::from_millis(OPEN_TTL_MS as u64);

/// Of all lanes of a garage, within [`LIFE`].
const MOST_REMEMBERED: usize = 256;

type Name = (DeviceId, EventId);

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<Name, Waiting>,
    decided: VecDeque<(Name, Decision, Instant)>,
}

#[derive(Debug)]
struct Waiting {
    decided: Option<oneshot::Sender<Option<Decision>>>,
    stored: oneshot::Sender<()>,
}

/// What is waited for; gone when dropped.
#[derive(Debug)]
pub(crate) struct Expected {
    /// `None`: the event was met before, or is too old for anybody to be there.
    pub decided: oneshot::Receiver<Option<Decision>>,
    pub stored: oneshot::Receiver<()>,
    /// What was decided about the same event a moment ago.
    pub before: Option<Decision>,
    desk: Desk,
    name: Name,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before the event is handed to the lane loop. Of two requests with the same event, the later one is told.
    pub fn expect(&self, device: &DeviceId, event: &EventId) -> Expected {
        let name = (device.clone(), event.clone());
        let (decided_in, decided) = oneshot::channel();
        let (stored_in, stored) = oneshot::channel();
        let mut state = self.state();
        let before = state.before(&name, Instant::now());
        state.waiting.insert(name.clone(), Waiting { decided: Some(decided_in), stored: stored_in });
        drop(state);
        Expected { decided, stored, before, desk: self.clone(), name }
    }

    /// From the lane loop, once for each time that it has met the event.
    pub fn decided(&self, device: &DeviceId, event: &EventId, decision: Option<Decision>) {
        let name = (device.clone(), event.clone());
        let mut state = self.state();
        if let Some(sender) = state.waiting.get_mut(&name).and_then(|waiting| waiting.decided.take()) {
            // Whoever has left meanwhile does not want to know.
            let _ = sender.send(decision);
        }
        if let Some(decision) = decision {
            state.decided.truncate(MOST_REMEMBERED - 1);
            state.decided.push_front((name, decision, Instant::now()));
        }
    }

    /// From the outbox, after the commit.
    pub fn stored(&self, device: &DeviceId, event: &EventId) {
        let waiting = self.state().waiting.remove(&(device.clone(), event.clone()));
        if let Some(waiting) = waiting {
            let _ = waiting.stored.send(());
        }
    }
}

impl State {
    fn before(&mut self, name: &Name, now: Instant) -> Option<Decision> {
        self.decided.retain(|(_, _, at)| now.duration_since(*at) < LIFE);
        self.decided.iter().find(|(known, ..)| known == name).map(|(_, decision, _)| *decision)
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.stored.close();
        let mut state = self.desk.state();
        // Only one's own: a later request with the same event has taken the place.
        if state.waiting.get(&self.name).is_some_and(|waiting| waiting.stored.is_closed()) {
            state.waiting.remove(&self.name);
        }
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
