//! The waiting list: first come, first served.
//!
//! Whatever frees a space ends with an offer to those for whom it now suffices, in the order in which they came. One who
//! wants more than is free keeps waiting and keeps nobody behind from what is too small for him; neither does one whose plate is
//! blocked.

use uuid::Uuid;

use super::Book;
use super::judge::{Claim, misfit, opening_over};
use crate::allocation::entry::{Entry, Offered, State};
use crate::allocation::journal::NoticeKind;
use crate::minute::Minute;
use crate::time::Timestamp;

impl Book {
    /// Before anything is asked: those who wait get what has come free without anybody being told the time.
    pub(super) fn hear(&mut self, now: Timestamp) {
        self.told = self.told.max(now);
        if self.unoffered {
            self.offer(now);
        }
    }

    pub(super) fn offer(&mut self, now: Timestamp) {
        self.unoffered = false;
        let waiting: Vec<Uuid> = self.index.waiting().collect();
        for id in waiting {
            if let Some(held) = self.entry(id).and_then(|entry| self.offered(entry, now)) {
                self.notify(&held, NoticeKind::Offer);
                self.put(held);
            }
        }
    }

    /// The entry with its offer, if it fits now. An offer never outlives its own start and grace.
    fn offered(&self, entry: &Entry, now: Timestamp) -> Option<Entry> {
        let until = (now + self.layout.rules.offer.duration()).min(self.latest_arrival(entry));
        let too_late = until <= now || entry.span.from() < Minute::floor(now);
        if too_late || self.check_blocked(&Claim::of_entry(entry)).is_err() || !self.fits(entry) {
            return None;
        }
        let state = State::Held { until, offered: Offered::FromWaitlist };
        Some(Entry { state, taken: Some(entry.span), ..entry.clone() })
    }

    fn fits(&self, entry: &Entry) -> bool {
        self.limits.get(&entry.pool).is_some_and(|limits| {
            let timeline = self.index.timeline(&entry.pool);
            opening_over(limits, entry.audience, entry.span).is_some()
                && misfit(limits, timeline, entry.audience, entry.span).is_none()
        })
    }
}
