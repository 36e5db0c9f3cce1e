//! The waiting list: first come, first served.
//!
//! Every change that frees a space ends with offers to the entries that now fit, in their order. An entry that needs more
//! than is free keeps waiting and does not hold up later entries; an entry with a blocked plate does not either.

use crate::ids::ReservationId;

use super::AllocationBook;
use super::judge::{SpaceClaim, misfit, opening_over};
use crate::allocation::entry::{BookEntry, EntryState, HoldOrigin};
use crate::allocation::journal::DriverNoticeKind;
use crate::minute::Minute;
use crate::time::Timestamp;

impl AllocationBook {
    /// Advances the book's time before a request or fact, and offers spaces that became free by a change without a time.
    pub(super) fn advance_to(&mut self, now: Timestamp) {
        self.latest_now = self.latest_now.max(now);
        if self.unoffered {
            self.offer(now);
        }
    }

    pub(super) fn offer(&mut self, now: Timestamp) {
        self.unoffered = false;
        let waiting: Vec<ReservationId> = self.index.waiting().collect();
        for id in waiting {
            if let Some(held) = self.entry(id).and_then(|entry| self.offered(entry, now)) {
                self.notify(&held, DriverNoticeKind::Offer);
                self.put(held);
            }
        }
    }

    /// The entry with an offer, if it fits now. An offer expires at start plus grace at the latest.
    fn offered(&self, entry: &BookEntry, now: Timestamp) -> Option<BookEntry> {
        let until = (now + self.layout.rules.offer.duration()).min(self.latest_arrival(entry));
        let too_late = until <= now || entry.span.from() < Minute::floor(now);
        if too_late || self.check_blocked(&SpaceClaim::of_entry(entry)).is_err() || !self.fits(entry) {
            return None;
        }
        let state = EntryState::Held { until, offered: HoldOrigin::FromWaitlist };
        Some(BookEntry { state, taken: Some(entry.span), ..entry.clone() })
    }

    fn fits(&self, entry: &BookEntry) -> bool {
        self.limits.get(&entry.pool).is_some_and(|limits| {
            let timeline = self.index.timeline(&entry.pool);
            opening_over(limits, entry.audience, entry.span).is_some()
                && misfit(limits, timeline, entry.audience, entry.span).is_none()
        })
    }
}
