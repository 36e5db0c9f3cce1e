//! Reservations that lose their space by a change, found by the garage's stored book.

use std::collections::{BTreeSet, HashMap};

use domain::allocation::entry::{BookEntry, CancelCause};
use domain::allocation::layout::GarageLayout;
use domain::allocation::{AllocationBook, BookJournal};
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use protocol::sharing as wire;
use store::notice::{self, NewNotice};
use store::reservation::{self, ReservationDetails, StoredReservation};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::SharingError;

/// Most reservations in a preview.
const NAMED: usize = 100;

/// A garage's live reservations before a change, and the ids of those that it affects.
pub(super) struct ReservationImpact {
    book: AllocationBook,
    details: HashMap<ReservationId, ReservationDetails>,
    ids: Vec<ReservationId>,
}

impl ReservationImpact {
    /// Reservations that have no space in `before` either are not affected by this change.
    pub(super) async fn read(
        tx: &mut Tx,
        garage: &GarageId,
        before: &GarageLayout,
        after: GarageLayout,
    ) -> Result<Self, StoreError> {
        let (mut entries, mut details): (Vec<BookEntry>, HashMap<ReservationId, ReservationDetails>) =
            Default::default();
        for stored in reservation::live(tx, std::slice::from_ref(garage)).await? {
            details.insert(stored.entry.id, stored.details);
            entries.push(stored.entry);
        }
        let book = AllocationBook::new(after, entries);
        let already: BTreeSet<ReservationId> = book.affected(before).into_iter().collect();
        let mut ids = book.affected(book.layout());
        ids.retain(|id| !already.contains(id));
        Ok(Self { book, details, ids })
    }

    /// Sorted by start.
    pub(super) fn shown(&self) -> wire::AffectedReservations {
        let mut entries: Vec<&BookEntry> = self.ids.iter().filter_map(|id| self.book.entry(*id)).collect();
        entries.sort_by_key(|entry| (entry.span, entry.id));
        let one = |entry: &&BookEntry| wire::AffectedReservation {
            id: entry.id,
            pool: entry.pool.clone(),
            audience: entry.audience,
            starts_at: entry.span.from().timestamp(),
            ends_at: entry.span.until().timestamp(),
        };
        wire::AffectedReservations {
            number: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            first: entries.iter().take(NAMED).map(one).collect(),
        }
    }

    /// Refuses the change, or cancels the reservations with a notice to each person. Returns the number of reservations
    /// that were cancelled.
    pub(super) async fn settle(
        mut self,
        tx: &mut Tx,
        garage: &GarageId,
        wish: wire::AffectedPolicy,
        reason: &str,
        now: Timestamp,
    ) -> Result<usize, SharingError> {
        let number = self.ids.len();
        if number == 0 {
            return Ok(0);
        }
        if wish == wire::AffectedPolicy::Refuse {
            return Err(SharingError::Affected { number });
        }
        let cancelled = self.cancel_all(now);
        let journal = self.book.take_journal();
        reservation::update(tx, &self.changed(garage, &journal, now)?).await?;
        notice::insert(tx, &self.notices(garage, &journal, reason, now)).await?;
        Ok(cancelled)
    }

    /// Returns the number of reservations that this has cancelled. A car that is inside keeps its space.
    fn cancel_all(&mut self, now: Timestamp) -> usize {
        let book = &mut self.book;
        self.ids.iter().filter(|id| book.cancel(**id, CancelCause::Suspended, now).is_ok()).count()
    }

    /// The changed rows, including those that were offered the freed spaces.
    fn changed(
        &self,
        garage: &GarageId,
        journal: &BookJournal,
        now: Timestamp,
    ) -> Result<Vec<StoredReservation>, StoreError> {
        const LOST: StoreError = StoreError::Corrupt { column: "reservation.id" };
        let stored = |entry: &BookEntry| {
            let mut details = self.details.get(&entry.id).cloned().ok_or(LOST)?;
            // A clock that stands still or goes back must not hide a change.
            details.changed_at =
                now.max(Timestamp::from_micros(details.changed_at.micros().saturating_add(1)));
            details.state_since = now;
            Ok(StoredReservation { garage: garage.clone(), entry: entry.clone(), details })
        };
        journal.changed.iter().map(stored).collect()
    }

    fn notices(
        &self,
        garage: &GarageId,
        journal: &BookJournal,
        reason: &str,
        now: Timestamp,
    ) -> Vec<NewNotice> {
        let told = |told: &domain::allocation::BookNotice| NewNotice {
            id: Uuid::now_v7(),
            person: told.person,
            at: now,
            kind: told.kind,
            garage: garage.clone(),
            reservation: told.entry,
            detail: if self.ids.contains(&told.entry) { reason.to_owned() } else { String::new() },
        };
        journal.notices.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Audience;
    use domain::allocation::entry::{EntryOrigin, EntryState};
    use domain::ids::PoolId;
    use domain::minute::{Minute, MinuteSpan};

    use super::*;

    fn entry(id: ReservationId, state: EntryState, now: Timestamp) -> BookEntry {
        let start = Minute::ceil(now);
        let span = MinuteSpan::new(Minute::new(start.get() + 60), Minute::new(start.get() + 120)).unwrap();
        BookEntry {
            id,
            pool: PoolId::parse("main").unwrap(),
            audience: Audience::Public,
            origin: EntryOrigin::App,
            window: None,
            person: None,
            plate: None,
            span,
            state,
            taken: Some(span),
            space: None,
            visit: None,
            reminded: false,
            created_at: now,
        }
    }

    #[test]
    fn what_cannot_be_cancelled_is_not_counted_as_cancelled() {
        let now = Timestamp::parse("2026-11-23T10:00:00+08:00").unwrap();
        let (confirmed, inside) = (ReservationId::from_u128(1), ReservationId::from_u128(2));
        let entries = vec![
            entry(confirmed, EntryState::Confirmed { since: now }, now),
            entry(inside, EntryState::CheckedIn { at: now }, now),
        ];
        let book = AllocationBook::new(GarageLayout::default(), entries);
        let mut impact = ReservationImpact { book, details: HashMap::new(), ids: vec![confirmed, inside] };
        assert_eq!(impact.cancel_all(now), 1);
    }
}
