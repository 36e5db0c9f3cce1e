//! Gateways whose requests for remote openings are held on this replica.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::GarageId;
use tokio::sync::watch;

/// Waiting gateways; one entry for each garage that has ever polled.
#[derive(Debug, Default)]
pub struct RemoteOpenWaiters(Mutex<HashMap<GarageId, watch::Sender<RemoteOpenPollState>>>);

/// Changes whenever a waiting request has to check.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct RemoteOpenPollState {
    pub question: u64,
    news: u64,
}

impl RemoteOpenWaiters {
    /// Registers a poll. Returns its number and a receiver of changes.
    pub(super) fn register(&self, garage: &GarageId) -> (u64, watch::Receiver<RemoteOpenPollState>) {
        let mut waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiter = waiters.entry(garage.clone()).or_default();
        waiter.send_modify(|turn| turn.question += 1);
        let question = waiter.borrow().question;
        (question, waiter.subscribe())
    }

    pub fn wake(&self, garage: &GarageId) {
        let waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiter) = waiters.get(garage) {
            waiter.send_modify(|turn| turn.news += 1);
        }
    }

    /// Whether any gateway waits here.
    pub fn is_waiting(&self) -> bool {
        let waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.values().any(|waiter| waiter.receiver_count() > 0)
    }
}
