//! The book of one garage: all its entries, and the requests, facts and sweeps that change them.
//!
//! A request is refused or done completely. Facts are never refused. The clock ends unused entries. Every change goes
//! through [`AllocationBook::put`], which keeps the index consistent with the entries: after any history, a book equals one rebuilt
//! from its live entries. The caller stores the entries of the journal; if that fails, it discards the book and rebuilds it
//! from the stored entries.
//!
//! The passing of time frees no space: only a change does. Every change that may free a space ends with offers to the
//! waiting list, so that no later request overtakes it.

mod affected;
mod clock;
mod facts;
mod index;
mod judge;
mod reads;
mod requests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::index::EntryIndex;
use super::entry::BookEntry;
use super::journal::{BookJournal, BookNotice, BookStrike, BookStrikeKind, DriverNoticeKind};
use super::layout::GarageLayout;
use super::limits::CapacitySchedule;
use crate::audience::Audience;
use crate::ids::{PoolId, ReservationId};
use crate::time::Timestamp;

/// Everything that takes a space of one garage, or waits for one.
#[derive(Debug, Clone)]
pub struct AllocationBook {
    layout: GarageLayout,
    limits: BTreeMap<PoolId, CapacitySchedule>,
    /// Live entries, and those that have finished since the journal was last taken.
    entries: HashMap<ReservationId, BookEntry>,
    index: EntryIndex,
    changed: BTreeSet<ReservationId>,
    notices: Vec<BookNotice>,
    strikes: Vec<BookStrike>,
    /// A space may have become free without an offer to the waiting list.
    unoffered: bool,
    /// The latest `now` of any call; the time of a fact may be older.
    latest_now: Timestamp,
}

impl AllocationBook {
    /// Builds a book from stored entries; finished ones are ignored.
    pub fn new(layout: GarageLayout, live: Vec<BookEntry>) -> Self {
        let mut book = Self {
            limits: limits_of(&layout),
            layout,
            entries: live.into_iter().filter(BookEntry::is_live).map(|entry| (entry.id, entry)).collect(),
            index: EntryIndex::default(),
            changed: BTreeSet::new(),
            notices: Vec::new(),
            strikes: Vec::new(),
            unoffered: true,
            latest_now: Timestamp::from_micros(0),
        };
        book.index = book.made_index();
        book
    }

    /// Replaces the layout, when windows have changed or a new day has come within the horizon. All entries stay, even those
    /// that the new layout would not allow: [`AllocationBook::affected`] lists them beforehand.
    pub fn set_layout(&mut self, layout: GarageLayout) {
        self.limits = limits_of(&layout);
        self.layout = layout;
        self.index = self.made_index();
        self.unoffered = true;
    }

    pub fn layout(&self) -> &GarageLayout {
        &self.layout
    }

    /// An entry by id. Finished entries are included until the journal is taken.
    pub fn entry(&self, id: ReservationId) -> Option<&BookEntry> {
        self.entries.get(&id)
    }

    /// Live entries, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &BookEntry> {
        self.entries.values().filter(|entry| entry.is_live())
    }

    /// Returns the changes since the last call and removes finished entries from the book.
    pub fn take_journal(&mut self) -> BookJournal {
        let changed: Vec<_> = std::mem::take(&mut self.changed)
            .into_iter()
            .filter_map(|id| self.entries.get(&id).cloned())
            .collect();
        for finished in changed.iter().filter(|entry| !entry.is_live()) {
            self.entries.remove(&finished.id);
        }
        BookJournal {
            changed,
            notices: std::mem::take(&mut self.notices),
            strikes: std::mem::take(&mut self.strikes),
        }
    }

    /// Whether both books have the same live entries and the same index. For tests of callers that hold a book.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.index == other.index
            && self.entries().count() == other.entries().count()
            && self.entries().all(|entry| other.entry(entry.id) == Some(entry))
    }

    /// The only way to change an entry: replaces its former version in the index and records the change.
    fn put(&mut self, entry: BookEntry) {
        if let Some(former) = self.entries.get(&entry.id).filter(|former| former.is_live()) {
            self.index.remove(former, self.due(former));
        }
        if entry.is_live() {
            self.index.add(&entry, self.due(&entry));
        }
        self.changed.insert(entry.id);
        self.entries.insert(entry.id, entry);
    }

    fn made_index(&self) -> EntryIndex {
        EntryIndex::of(self.entries().map(|entry| (entry, self.due(entry))))
    }

    fn notify(&mut self, entry: &BookEntry, kind: DriverNoticeKind) {
        if let Some(person) = entry.person {
            self.notices.push(BookNotice { person, entry: entry.id, kind });
        }
    }

    fn strike(&mut self, entry: &BookEntry, kind: BookStrikeKind, at: Timestamp) {
        if let (Audience::Public, Some(plate)) = (entry.audience, entry.plate.clone()) {
            self.strikes.push(BookStrike { entry: entry.id, plate, kind, at });
        }
    }
}

fn limits_of(layout: &GarageLayout) -> BTreeMap<PoolId, CapacitySchedule> {
    layout.pools.iter().map(|(id, pool)| (id.clone(), CapacitySchedule::of(layout, id, pool))).collect()
}

#[cfg(test)]
mod tests;
