//! Entries that a new layout would affect.

use std::collections::BTreeMap;

use super::judge::{misfit, opening_over};
use super::{AllocationBook, limits_of};
use crate::allocation::entry::BookEntry;
use crate::allocation::layout::GarageLayout;
use crate::allocation::limits::CapacitySchedule;
use crate::capacity::TakenTimeline;
use crate::ids::{PoolId, ReservationId};

impl AllocationBook {
    /// Reservations for which `layout` has no room: its windows do not cover them, it closes their spaces, or it has too few
    /// spaces. If spaces are too few, older reservations stay. A waiting entry is affected if no space can become free for it
    /// any more. Changed terms, such as the longest stay, do not affect agreed reservations.
    pub fn affected(&self, layout: &GarageLayout) -> Vec<ReservationId> {
        let limits = limits_of(layout);
        let mut timelines = self.timelines_of_inside();
        let mut reservations: Vec<_> = self.entries().filter(|entry| !entry.phase().is_inside()).collect();
        reservations.sort_by_key(|entry| (entry.created_at, entry.id));
        let mut affected = Vec::new();
        for entry in reservations {
            let timeline = timelines.entry(&entry.pool).or_default();
            match (fits(limits.get(&entry.pool), timeline, entry), entry.taken) {
                (true, Some(taken)) => timeline.take(taken, entry.audience),
                (true, None) => {}
                (false, _) => affected.push(entry.id),
            }
        }
        affected
    }

    fn timelines_of_inside(&self) -> BTreeMap<&PoolId, TakenTimeline> {
        let mut timelines: BTreeMap<&PoolId, TakenTimeline> = BTreeMap::new();
        for entry in self.index.inside().filter_map(|id| self.entry(id)) {
            if let Some(taken) = entry.taken {
                timelines.entry(&entry.pool).or_default().take(taken, entry.audience);
            }
        }
        timelines
    }
}

fn fits(limits: Option<&CapacitySchedule>, timeline: &TakenTimeline, entry: &BookEntry) -> bool {
    limits.is_some_and(|limits| {
        let open = opening_over(limits, entry.audience, entry.span).is_some();
        // A full pool does not affect a waiting entry.
        let empty = TakenTimeline::new();
        let others = if entry.taken.is_some() { timeline } else { &empty };
        open && misfit(limits, others, entry.audience, entry.span).is_none()
    })
}
