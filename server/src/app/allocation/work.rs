//! The books of one transaction: checked out of the cache, rebuilt where their version is not the stored one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::allocation::entry::Entry;
use domain::allocation::{Notice, Strike};
use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::kept::{Kept, Stamp};
use super::shelves::Place;
use crate::app::App;
use crate::store::reservation::{Details, KeyOf, Stored};
use crate::store::{StoreError, Tx, book, calendar};

/// Books whose rows this transaction has locked.
pub(super) type Books = BTreeMap<GarageId, Working>;

pub(super) struct Working {
    pub garage: GarageId,
    pub kept: Kept,
    /// Entries that are not stored yet.
    pub new: HashSet<Uuid>,
    /// Keys used in this transaction, with their entries.
    pub keys: HashMap<KeyOf, Uuid>,
    /// The operator's reason for a notice.
    pub reasons: HashMap<Uuid, String>,
    place: Place,
}

/// Changes of one book in this transaction.
pub(super) struct Written {
    pub garage: GarageId,
    pub inserted: Vec<Stored>,
    pub updated: Vec<Stored>,
    pub notices: Vec<Notice>,
    pub strikes: Vec<Strike>,
}

/// Locks the garages' rows and returns their books. Omits a garage without a row.
pub(super) async fn take(
    app: &App,
    tx: &mut Tx,
    garages: &[GarageId],
) -> Result<(Books, Timestamp), StoreError> {
    let locked = book::lock(tx, garages).await?;
    let district = calendar::version(tx).await?;
    // Taken after the wait for the locks, so that it is later than the decisions of other transactions.
    let now = app.now();
    let mut books = Books::new();
    for (garage, version) in locked {
        let stamp = Stamp { version, district, day: now.local_date() };
        let (place, kept) = app.allocation.shelves.of(&garage).take().await;
        let kept = match kept.filter(|kept| kept.stamp == stamp && kept.is_of(now)) {
            Some(kept) => kept,
            None => Kept::made(app, tx, &garage, stamp, now).await?,
        };
        books.insert(garage.clone(), Working::new(garage, kept, place));
    }
    Ok((books, now))
}

impl Working {
    fn new(garage: GarageId, kept: Kept, place: Place) -> Self {
        Self { garage, kept, new: HashSet::new(), keys: HashMap::new(), reasons: HashMap::new(), place }
    }

    /// Registers an entry that the book has made and that is to be stored with these details.
    pub fn add(&mut self, id: Uuid, details: Details) {
        self.new.insert(id);
        self.kept.details.insert(id, details);
    }

    /// Takes the book's changes. Removes finished entries' details.
    pub fn write(&mut self, now: Timestamp) -> Result<Written, StoreError> {
        let journal = self.kept.book.take_journal();
        let mut written = Written {
            garage: self.garage.clone(),
            inserted: Vec::new(),
            updated: Vec::new(),
            notices: journal.notices,
            strikes: journal.strikes,
        };
        for entry in journal.changed {
            let is_new = self.new.remove(&entry.id);
            let stored = self.changed(entry, now)?;
            if is_new { written.inserted.push(stored) } else { written.updated.push(stored) }
        }
        Ok(written)
    }

    fn changed(&mut self, entry: Entry, now: Timestamp) -> Result<Stored, StoreError> {
        const LOST: StoreError = StoreError::Corrupt { column: "reservation.id" };
        let details = self.kept.details.get_mut(&entry.id).ok_or(LOST)?;
        details.state_since = since(&entry, details, now);
        // A clock that stands still or goes back must not hide a change.
        details.changed_at = now.max(Timestamp::from_micros(details.changed_at.micros().saturating_add(1)));
        let details = details.clone();
        if !entry.is_live() {
            self.kept.details.remove(&entry.id);
        }
        Ok(Stored { garage: self.garage.clone(), entry, details })
    }

    /// Checks the book in after the commit. `raised`: its version was raised.
    pub fn put_back(mut self, raised: bool) {
        if raised {
            self.kept.stamp.version += 1;
        }
        self.place.put_back(self.kept);
    }
}

/// A held entry does not store the time of its state: the time of its last change is used.
fn since(entry: &Entry, former: &Details, now: Timestamp) -> Timestamp {
    use domain::allocation::entry::State;
    match entry.state {
        State::Waiting => entry.created_at,
        State::Held { .. } => now.max(former.state_since),
        State::Confirmed { since } | State::Overstayed { since } => since,
        State::CheckedIn { at }
        | State::Completed { at }
        | State::Cancelled { at, .. }
        | State::NoShow { at } => at,
    }
}
