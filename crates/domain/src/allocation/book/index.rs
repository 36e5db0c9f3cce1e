//! Index over the live entries. All of it is derived from them and can be rebuilt.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::access::Audience;
use crate::allocation::entry::{BookEntry, EntryPhase};
use crate::allocation::layout::PlateKey;
use crate::capacity::TakenTimeline;
use crate::ids::PoolId;
use crate::minute::MinuteSpan;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct EntryIndex {
    /// Only pools with taken spaces have a timeline.
    timelines: BTreeMap<PoolId, TakenTimeline>,
    plates: BTreeSet<(PlateKey, Uuid)>,
    persons: BTreeSet<(Uuid, Uuid)>,
    visits: HashMap<Uuid, Uuid>,
    inside: BTreeSet<Uuid>,
    /// In order of service: by creation, then by id.
    waiting: BTreeSet<(Timestamp, Uuid)>,
    /// When a sweep next has to process each entry.
    due: BTreeSet<(Timestamp, Uuid)>,
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

    pub(super) fn of_plate(&self, plate: &PlateKey) -> impl Iterator<Item = Uuid> {
        let all = (plate.clone(), Uuid::nil())..=(plate.clone(), Uuid::max());
        self.plates.range(all).map(|(_, id)| *id)
    }

    pub(super) fn of_person(&self, person: Uuid) -> impl Iterator<Item = Uuid> {
        self.persons.range((person, Uuid::nil())..=(person, Uuid::max())).map(|(_, id)| *id)
    }

    pub(super) fn of_visit(&self, visit: Uuid) -> Option<Uuid> {
        self.visits.get(&visit).copied()
    }

    pub(super) fn inside(&self) -> impl Iterator<Item = Uuid> {
        self.inside.iter().copied()
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = Uuid> {
        self.waiting.iter().map(|(_, id)| *id)
    }

    pub(super) fn first_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    pub(super) fn due_by(&self, now: Timestamp) -> impl Iterator<Item = Uuid> {
        self.due.range(..=(now, Uuid::max())).map(|(_, id)| *id)
    }
}
