//! Garages whose books have something to hear. Many nudges are one, and books hear of passages only so often: a space that
//! a car has left is free a moment later, and the gates' own commits have the database for themselves meanwhile.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::GarageId;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(250);

/// Garages in one round: after a start every book has to be made, and requests wait meanwhile.
const GARAGES: usize = 32;

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

    /// Up to [`GARAGES`], in order from the one after `last` on, so that everybody's turn comes.
    fn take(&self, last: Option<&GarageId>) -> BTreeSet<GarageId> {
        let mut garages = self.garages.lock().unwrap_or_else(PoisonError::into_inner);
        let after = last.map_or(Bound::Unbounded, Bound::Excluded);
        let turn = garages.range((after, Bound::Unbounded)).chain(garages.iter());
        let taken: BTreeSet<GarageId> = turn.take(GARAGES).cloned().collect();
        garages.retain(|garage| !taken.contains(garage));
        taken
    }
}

/// When the allocator last looked at the nudges.
#[derive(Default)]
pub(super) struct Round {
    next: Option<Instant>,
    last: Option<GarageId>,
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
        let nudges = Nudges::default();
        let all = || (0..GARAGES * 2).for_each(|n| nudges.add(&garage(n)));
        all();
        let first = nudges.take(None);
        assert_eq!(first.len(), GARAGES);
        // The first ones are nudged again meanwhile.
        all();
        let second = nudges.take(first.last());
        assert!(first.is_disjoint(&second));
        assert_eq!(nudges.take(second.last()), first);
        assert!(nudges.is_empty());
    }
}
