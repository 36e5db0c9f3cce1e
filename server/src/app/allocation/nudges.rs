//! Garages whose books have something to hear. Many nudges are one, and books hear of passages only so often: a space that
//! a car has left is free a moment later, and the gates' own commits have the database for themselves meanwhile.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::GarageId;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Nudges {
    garages: Mutex<BTreeSet<GarageId>>,
    woken: Notify,
}

impl Nudges {
    pub fn add(&self, garage: &GarageId) {
        let mut garages = self.garages.lock().unwrap_or_else(PoisonError::into_inner);
        if !garages.contains(garage) {
            garages.insert(garage.clone());
        }
        self.woken.notify_one();
    }

    fn is_empty(&self) -> bool {
        self.garages.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take(&self) -> BTreeSet<GarageId> {
        std::mem::take(&mut *self.garages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When the allocator last looked at the nudges.
#[derive(Default)]
pub(super) struct Round {
    next: Option<Instant>,
}

impl Round {
    /// Returns when there is a nudge and the pause is over. May be dropped and called again.
    pub async fn due(&self, nudges: &Nudges) {
        while nudges.is_empty() {
            nudges.woken.notified().await;
        }
        if let Some(next) = self.next {
            tokio::time::sleep_until(next).await;
        }
    }

    /// The garages of this round; none during the pause.
    pub fn take(&mut self, nudges: &Nudges) -> BTreeSet<GarageId> {
        let now = Instant::now();
        if nudges.is_empty() || self.next.is_some_and(|next| now < next) {
            return BTreeSet::new();
        }
        self.next = Some(now + PAUSE);
        nudges.take()
    }
}
