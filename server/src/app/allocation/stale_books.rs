//! Garages whose book must process new passages. Repeated marks of one garage are merged, and passages are applied only
//! every [`PAUSE`]. The space of a car that has left is free a moment later, and until then the gates' own commits have
//! the database for themselves.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::GarageId;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Time between two rounds.
const PAUSE: Duration = Duration::from_millis(250);

/// Most garages in one round: after a start every book must be built, and requests wait until the round is over.
const GARAGES: usize = 32;

#[derive(Default)]
pub(super) struct StaleBooks {
    garages: Mutex<BTreeSet<GarageId>>,
    woken: Notify,
}

impl StaleBooks {
    pub(super) fn add(&self, garage: &GarageId) {
        let mut garages = self.garages.lock().unwrap_or_else(PoisonError::into_inner);
        if !garages.contains(garage) {
            garages.insert(garage.clone());
        }
        self.woken.notify_one();
    }

    fn is_empty(&self) -> bool {
        self.garages.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Takes up to [`GARAGES`], beginning after `last` and wrapping around, so that no garage starves.
    fn take(&self, last: Option<&GarageId>) -> BTreeSet<GarageId> {
        let mut garages = self.garages.lock().unwrap_or_else(PoisonError::into_inner);
        let after = last.map_or(Bound::Unbounded, Bound::Excluded);
        let turn = garages.range((after, Bound::Unbounded)).chain(garages.iter());
        let taken: BTreeSet<GarageId> = turn.take(GARAGES).cloned().collect();
        garages.retain(|garage| !taken.contains(garage));
        taken
    }
}

/// State of the rounds: when the next one may begin, and the last garage of the one before.
#[derive(Default)]
pub(super) struct StaleBookSchedule {
    next: Option<Instant>,
    last: Option<GarageId>,
}

impl StaleBookSchedule {
    /// Returns when a book is stale and the pause is over. Cancel-safe.
    pub(super) async fn due(&self, nudges: &StaleBooks) {
        while nudges.is_empty() {
            nudges.woken.notified().await;
        }
        if let Some(next) = self.next {
            tokio::time::sleep_until(next).await;
        }
    }

    /// The garages of this round; none during the pause.
    pub(super) fn take(&mut self, nudges: &StaleBooks) -> BTreeSet<GarageId> {
        let now = Instant::now();
        if nudges.is_empty() || self.next.is_some_and(|next| now < next) {
            return BTreeSet::new();
        }
        self.next = Some(now + PAUSE);
        let taken = nudges.take(self.last.as_ref());
        self.last = taken.last().cloned();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn garage(n: usize) -> GarageId {
        GarageId::parse(&format!("g{n:03}")).unwrap()
    }

    #[test]
    fn everybodys_turn_comes() {
        let nudges = StaleBooks::default();
        let all = || (0..GARAGES * 2).for_each(|n| nudges.add(&garage(n)));
        all();
        let first = nudges.take(None);
        assert_eq!(first.len(), GARAGES);
        // The first garages are marked again before their next turn.
        all();
        let second = nudges.take(first.last());
        assert!(first.is_disjoint(&second));
        assert_eq!(nudges.take(second.last()), first);
        assert!(nudges.is_empty());
    }
}
