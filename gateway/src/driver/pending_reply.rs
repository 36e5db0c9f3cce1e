//! HTTP requests of devices that wait for the decision and the storage of their event.
//!
//! The lane loop and the outbox reply here as they reply to a native controller; neither waits for a device.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::access::AccessDecision;
use domain::ids::{DeviceId, EventId};
use tokio::sync::oneshot;

type PendingReplyKey = (DeviceId, EventId);

/// Shared registry of pending requests; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct PendingReplies(Arc<Mutex<HashMap<PendingReplyKey, PendingReply>>>);

#[derive(Debug)]
struct PendingReply {
    decided: Option<oneshot::Sender<Option<AccessDecision>>>,
    stored: oneshot::Sender<()>,
}

/// The receiving side of a pending request; dropping it removes the request.
#[derive(Debug)]
pub(crate) struct PendingReplyHandle {
    /// `None`: the event was registered longer ago than an open command lives, or is too old for its car to be present.
    pub decided: oneshot::Receiver<Option<AccessDecision>>,
    pub stored: oneshot::Receiver<()>,
    desk: PendingReplies,
    key: PendingReplyKey,
}

impl PendingReplies {
    fn state(&self) -> MutexGuard<'_, HashMap<PendingReplyKey, PendingReply>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a request; called before the event is sent to the lane loop. Of two requests with the same event, the
    /// later one receives the reply.
    pub(crate) fn expect(&self, device: &DeviceId, event: &EventId) -> PendingReplyHandle {
        let key = (device.clone(), event.clone());
        let (decided_in, decided) = oneshot::channel();
        let (stored_in, stored) = oneshot::channel();
        let waiting = PendingReply { decided: Some(decided_in), stored: stored_in };
        self.state().insert(key.clone(), waiting);
        PendingReplyHandle { decided, stored, desk: self.clone(), key }
    }

    /// Called by the lane loop each time that it registers the event under the device's id.
    pub(crate) fn decided(&self, device: &DeviceId, event: &EventId, decision: Option<AccessDecision>) {
        let key = (device.clone(), event.clone());
        if let Some(sender) = self.state().get_mut(&key).and_then(|waiting| waiting.decided.take()) {
            // An error means that the request has ended.
            let _ = sender.send(decision);
        }
    }

    /// Called after the outbox commit.
    pub(crate) fn stored(&self, device: &DeviceId, event: &EventId) {
        let waiting = self.state().remove(&(device.clone(), event.clone()));
        if let Some(waiting) = waiting {
            let _ = waiting.stored.send(());
        }
    }
}

impl Drop for PendingReplyHandle {
    fn drop(&mut self) {
        self.stored.close();
        let mut state = self.desk.state();
        // Removes only its own entry: a later request with the same event may have replaced it.
        if state.get(&self.key).is_some_and(|waiting| waiting.stored.is_closed()) {
            state.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests;
