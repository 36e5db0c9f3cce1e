//! Index over the live entries. All of it is derived from them and can be rebuilt.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::allocation::entry::{BookEntry, EntryPhase};
use crate::allocation::layout::PlateKey;
use crate::audience::Audience;
use crate::capacity::TakenTimeline;
use crate::ids::{PersonId, PoolId, ReservationId, VisitId};
use crate::minute::MinuteSpan;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct EntryIndex {
    /// Only pools with taken spaces have a timeline.
    timelines: BTreeMap<PoolId, TakenTimeline>,
    plates: BTreeSet<(PlateKey, ReservationId)>,
    persons: BTreeSet<(PersonId, ReservationId)>,
    visits: HashMap<VisitId, ReservationId>,
    inside: BTreeSet<ReservationId>,
    /// In order of service: by creation, then by id.
    waiting: BTreeSet<(Timestamp, ReservationId)>,
    /// When a sweep next has to process each entry.
    due: BTreeSet<(Timestamp, ReservationId)>,
}

/// Timeline of a pool without taken spaces.
static NOTHING_TAKEN: TakenTimeline = TakenTimeline::new();

impl EntryIndex {
    /// Builds the index of many entries at once.
    pub(super) fn of<'a>(entries: impl Iterator<Item = (&'a BookEntry, Timestamp)>) -> Self {
        let mut index = Self::default();
        let mut taken: BTreeMap<PoolId, Vec<(MinuteSpan, Audience)>> = BTreeMap::new();
        for (entry, due) in entries {
            index.add_names(entry, due);
            if let Some(span) = entry.taken {
                taken.entry(entry.pool.clone()).or_default().push((span, entry.audience));
            }
        }
        index.timelines = taken.into_iter().map(|(pool, stays)| (pool, TakenTimeline::of(stays))).collect();
        index
    }

    pub(super) fn add(&mut self, entry: &BookEntry, due: Timestamp) {
        self.add_names(entry, due);
        let Some(span) = entry.taken else {
            return;
        };
        match self.timelines.get_mut(&entry.pool) {
            Some(timeline) => timeline.take(span, entry.audience),
            None => {
                self.timelines.insert(entry.pool.clone(), TakenTimeline::of([(span, entry.audience)]));
            }
        }
    }

    pub(super) fn remove(&mut self, entry: &BookEntry, due: Timestamp) {
        self.remove_names(entry, due);
        let (Some(span), Some(timeline)) = (entry.taken, self.timelines.get_mut(&entry.pool)) else {
            return;
        };
        timeline.give_back(span, entry.audience);
        if timeline.is_empty() {
            self.timelines.remove(&entry.pool);
        }
    }

    fn add_names(&mut self, entry: &BookEntry, due: Timestamp) {
        self.due.insert((due, entry.id));
        if let Some(plate) = &entry.plate {
            self.plates.insert((plate.clone(), entry.id));
        }
        if let Some(person) = entry.person {
            self.persons.insert((person, entry.id));
        }
        if let Some(visit) = entry.visit {
            self.visits.insert(visit, entry.id);
        }
        if entry.phase().is_inside() {
            self.inside.insert(entry.id);
        }
        if entry.phase() == EntryPhase::Waiting {
            self.waiting.insert((entry.created_at, entry.id));
        }
    }

    fn remove_names(&mut self, entry: &BookEntry, due: Timestamp) {
        self.due.remove(&(due, entry.id));
        self.inside.remove(&entry.id);
        self.waiting.remove(&(entry.created_at, entry.id));
        if let Some(visit) = entry.visit {
            self.visits.remove(&visit);
        }
        if let Some(person) = entry.person {
            self.persons.remove(&(person, entry.id));
        }
        if let Some(plate) = &entry.plate {
            self.plates.remove(&(plate.clone(), entry.id));
        }
    }

    pub(super) fn timeline(&self, pool: &PoolId) -> &TakenTimeline {
        self.timelines.get(pool).unwrap_or(&NOTHING_TAKEN)
    }

    pub(super) fn of_plate(&self, plate: &PlateKey) -> impl Iterator<Item = ReservationId> {
        let all = (plate.clone(), ReservationId::nil())..=(plate.clone(), ReservationId::max());
        self.plates.range(all).map(|(_, id)| *id)
    }

    pub(super) fn of_person(&self, person: PersonId) -> impl Iterator<Item = ReservationId> {
        self.persons.range((person, ReservationId::nil())..=(person, ReservationId::max())).map(|(_, id)| *id)
    }

    pub(super) fn of_visit(&self, visit: VisitId) -> Option<ReservationId> {
        self.visits.get(&visit).copied()
    }

    pub(super) fn inside(&self) -> impl Iterator<Item = ReservationId> {
        self.inside.iter().copied()
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = ReservationId> {
        self.waiting.iter().map(|(_, id)| *id)
    }

    pub(super) fn first_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    pub(super) fn due_by(&self, now: Timestamp) -> impl Iterator<Item = ReservationId> {
        self.due.range(..=(now, ReservationId::max())).map(|(_, id)| *id)
    }
}
