//! The books of one transaction: checked out of the cache, rebuilt where their version is not the stored one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::allocation::entry::BookEntry;
use domain::allocation::{BookNotice, BookStrike};
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use store::reservation::{ClientReservationKey, ReservationDetails, StoredReservation};
use store::{StoreError, Tx, book, calendar};

use super::book_cache::BookCheckout;
use super::cached_book::{BookStamp, CachedBook};
use super::request::RequestActor;
use crate::app::App;
use crate::app::audit::AuditAction;

/// Books whose rows this transaction has locked.
pub(super) type LockedBooks = BTreeMap<GarageId, WorkingBook>;

pub(super) struct WorkingBook {
    pub garage: GarageId,
    pub cached: CachedBook,
    /// Entries that are not stored yet.
    pub new: HashSet<ReservationId>,
    /// Keys used in this transaction, with their entries.
    pub keys: HashMap<ClientReservationKey, ReservationId>,
    /// The operator's reason for a notice.
    pub reasons: HashMap<ReservationId, String>,
    /// Acts for the audit log.
    pub acts: Vec<OperatorAct>,
    checkout: BookCheckout,
}

/// An act of an operator on a reservation. A person's own reservations are not audited.
#[derive(Debug, Clone)]
pub(super) struct OperatorAct {
    pub operator: String,
    pub action: AuditAction<'static>,
}

/// Changes of one book in this transaction.
pub(super) struct BookChanges {
    pub garage: GarageId,
    pub inserted: Vec<StoredReservation>,
    pub updated: Vec<StoredReservation>,
    pub notices: Vec<BookNotice>,
    pub strikes: Vec<BookStrike>,
    pub acts: Vec<OperatorAct>,
}

/// Locks the garages' rows and returns their books. Omits a garage without a row.
pub(super) async fn check_out(
    app: &App,
    tx: &mut Tx,
    garages: &[GarageId],
) -> Result<(LockedBooks, Timestamp), StoreError> {
    let locked = book::lock(tx, garages).await?;
    let district = calendar::version(tx).await?;
    // Taken after the wait for the locks, so that it is later than the decisions of other transactions.
    let now = app.now();
    let mut books = LockedBooks::new();
    for (garage, version) in locked {
        let stamp = BookStamp { version, district, day: now.local_date() };
        let (place, kept) = app.allocation.books.slot(&garage).check_out().await;
        let kept = match kept.filter(|kept| kept.stamp == stamp && kept.is_of(now)) {
            Some(kept) => kept,
            None => CachedBook::made(app, tx, &garage, stamp, now).await?,
        };
        books.insert(garage.clone(), WorkingBook::new(garage, kept, place));
    }
    Ok((books, now))
}

impl WorkingBook {
    fn new(garage: GarageId, cached: CachedBook, checkout: BookCheckout) -> Self {
        Self {
            garage,
            cached,
            new: HashSet::new(),
            keys: HashMap::new(),
            reasons: HashMap::new(),
            acts: Vec::new(),
            checkout,
        }
    }

    /// Registers an entry that the book has made and that is to be stored with these details.
    pub(super) fn add(&mut self, id: ReservationId, details: ReservationDetails) {
        self.new.insert(id);
        self.cached.details.insert(id, details);
    }

    /// Registers an act that the book has accepted.
    pub(super) fn acted(&mut self, by: &RequestActor, action: AuditAction<'static>) {
        if let RequestActor::Operator(operator) = by {
            self.acts.push(OperatorAct { operator: operator.clone(), action });
        }
    }

    /// Takes the book's changes. Removes finished entries' details.
    pub(super) fn write(&mut self, now: Timestamp) -> Result<BookChanges, StoreError> {
        let journal = self.cached.book.take_journal();
        let mut written = BookChanges {
            garage: self.garage.clone(),
            inserted: Vec::new(),
            updated: Vec::new(),
            notices: journal.notices,
            strikes: journal.strikes,
            acts: std::mem::take(&mut self.acts),
        };
        for entry in journal.changed {
            let is_new = self.new.remove(&entry.id);
            let stored = self.changed(entry, now)?;
            if is_new { written.inserted.push(stored) } else { written.updated.push(stored) }
        }
        Ok(written)
    }

    fn changed(&mut self, entry: BookEntry, now: Timestamp) -> Result<StoredReservation, StoreError> {
        const LOST: StoreError = StoreError::Corrupt { column: "reservation.id" };
        let details = self.cached.details.get_mut(&entry.id).ok_or(LOST)?;
        details.state_since = since(&entry, details, now);
        // A clock that stands still or goes back must not hide a change.
        details.changed_at = now.max(Timestamp::from_micros(details.changed_at.micros().saturating_add(1)));
        let details = details.clone();
        if !entry.is_live() {
            self.cached.details.remove(&entry.id);
        }
        Ok(StoredReservation { garage: self.garage.clone(), entry, details })
    }

    /// Checks the book in after the commit. `raised`: its version was raised.
    pub(super) fn check_in(mut self, raised: bool) {
        if raised {
            self.cached.stamp.version += 1;
        }
        self.checkout.check_in(self.cached);
    }
}

/// A held entry does not store the time of its state: the time of its last change is used.
fn since(entry: &BookEntry, former: &ReservationDetails, now: Timestamp) -> Timestamp {
    use domain::allocation::entry::EntryState;
    match entry.state {
        EntryState::Waiting => entry.created_at,
        EntryState::Held { .. } => now.max(former.state_since),
        EntryState::Confirmed { since } | EntryState::Overstayed { since } => since,
        EntryState::CheckedIn { at }
        | EntryState::Completed { at }
        | EntryState::Cancelled { at, .. }
        | EntryState::NoShow { at } => at,
    }
}
