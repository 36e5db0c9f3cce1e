//! The book of one garage: who has which spaces when, and all that can be asked of it or happen to it.
//!
//! Requests are refused or done wholly. Facts are never refused. The clock ends what has not been used. Every change goes
//! through [`Book::put`], which keeps what is derived from the entries in step with them: after any history, a book equals
//! one made anew from its live entries. Whoever stores entries takes them from the journal; if storing fails, the book is
//! thrown away and made from what is stored.
//!
//! Time past frees nothing: a space comes free only by a change. Whatever may free one ends with an offer to those who wait,
//! so that nobody who asks later overtakes them.

mod affected;
mod clock;
mod facts;
mod index;
mod judge;
mod reads;
mod requests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use self::index::Index;
use super::entry::Entry;
use super::journal::{Journal, Notice, NoticeKind, Strike, StrikeKind};
use super::layout::Layout;
use super::limits::Limits;
use crate::access::Audience;
use crate::ids::PoolId;
use crate::time::Timestamp;

/// Everything that takes a space of one garage, or waits for one.
#[derive(Debug, Clone)]
pub struct Book {
    layout: Layout,
    limits: BTreeMap<PoolId, Limits>,
    /// Live ones, and those that have finished since the journal was last taken.
    entries: HashMap<Uuid, Entry>,
    index: Index,
    changed: BTreeSet<Uuid>,
    notices: Vec<Notice>,
    strikes: Vec<Strike>,
    /// Something may have come free without an offer to those who wait.
    unoffered: bool,
    /// The latest time that was told; a fact may be older.
    told: Timestamp,
}

impl Book {
    /// From entries as they were stored; finished ones are left out.
    pub fn new(layout: Layout, live: Vec<Entry>) -> Self {
        let mut book = Self {
            limits: limits_of(&layout),
            layout,
            entries: live.into_iter().filter(Entry::is_live).map(|entry| (entry.id, entry)).collect(),
            index: Index::default(),
            changed: BTreeSet::new(),
            notices: Vec::new(),
            strikes: Vec::new(),
            unoffered: true,
            told: Timestamp::from_micros(0),
        };
        book.index = book.made_index();
        book
    }

    /// Windows have changed, or a new day has come into sight. Entries stay, even those that the layout would not allow:
    /// ask [`Book::affected`] before.
    pub fn set_layout(&mut self, layout: Layout) {
        self.limits = limits_of(&layout);
        self.layout = layout;
        self.index = self.made_index();
        self.unoffered = true;
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Also one that has finished, until the journal is taken.
    pub fn entry(&self, id: Uuid) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// The live ones, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.is_live())
    }

    /// What has changed since the last call. Finished entries leave the book here.
    pub fn take_journal(&mut self) -> Journal {
        let changed: Vec<_> = std::mem::take(&mut self.changed)
            .into_iter()
            .filter_map(|id| self.entries.get(&id).cloned())
            .collect();
        for finished in changed.iter().filter(|entry| !entry.is_live()) {
            self.entries.remove(&finished.id);
        }
        Journal {
            changed,
            notices: std::mem::take(&mut self.notices),
            strikes: std::mem::take(&mut self.strikes),
        }
    }

    /// The same live entries, and everything that is derived from them the same. For tests of whoever keeps a book.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.index == other.index
            && self.entries().count() == other.entries().count()
            && self.entries().all(|entry| other.entry(entry.id) == Some(entry))
    }

    /// The one way to change an entry: replaces its former version in everything that is derived.
    fn put(&mut self, entry: Entry) {
        if let Some(former) = self.entries.get(&entry.id).filter(|former| former.is_live()) {
            self.index.remove(former, self.due(former));
        }
        if entry.is_live() {
            self.index.add(&entry, self.due(&entry));
        }
        self.changed.insert(entry.id);
        self.entries.insert(entry.id, entry);
    }

    fn made_index(&self) -> Index {
        Index::of(self.entries().map(|entry| (entry, self.due(entry))))
    }

    fn notify(&mut self, entry: &Entry, kind: NoticeKind) {
        if let Some(person) = entry.person {
            self.notices.push(Notice { person, entry: entry.id, kind });
        }
    }

    fn strike(&mut self, entry: &Entry, kind: StrikeKind, at: Timestamp) {
        if let (Audience::Public, Some(plate)) = (entry.audience, entry.plate.clone()) {
            self.strikes.push(Strike { entry: entry.id, plate, kind, at });
        }
    }
}

fn limits_of(layout: &Layout) -> BTreeMap<PoolId, Limits> {
    layout.pools.iter().map(|(id, pool)| (id.clone(), Limits::of(layout, id, pool))).collect()
}

#[cfg(test)]
mod tests;
