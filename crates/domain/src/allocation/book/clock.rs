//! Expiry by the clock: unconfirmed offers and holds, reservations whose car did not come, stays beyond their end.
//!
//! Each live entry is due at one time; a sweep processes only due entries. A car may have entered or left while its garage
//! was offline: until the gate's events are known, no reservation becomes a no-show and no plate gets a strike. A car that
//! should have left and may still be inside keeps its space.

use super::AllocationBook;
use crate::allocation::entry::{BookEntry, CancelCause, CancelLateness, EntryState, HoldOrigin};
use crate::allocation::journal::{BookStrikeKind, DriverNoticeKind};
use crate::allocation::terms::kept_until;
use crate::audience::Audience;
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::shared_window::WindowTerms;
use crate::time::Timestamp;

/// How long after its end a reservation waits for events of an offline gate. Later events would change nothing of
/// importance. The reservation then counts as used, so that it does not count against its person's limit for ever.
const NEVER_KNOWN: Minutes = Minutes(7 * 24 * 60);

impl AllocationBook {
    /// Processes all due entries. The gate's events are known up to `known_until`.
    pub fn sweep(&mut self, now: Timestamp, known_until: Timestamp) {
        let due: Vec<_> = self.index.due_by(now).collect();
        for id in due {
            if let Some(entry) = self.entry(id).cloned() {
                self.process_due(entry, now, known_until.min(now));
            }
        }
        self.latest_now = self.latest_now.max(now);
        self.offer(now);
    }

    /// Time of the next due entry; an earlier sweep has nothing to process.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.index.first_due()
    }

    fn process_due(&mut self, entry: BookEntry, now: Timestamp, known_until: Timestamp) {
        match entry.state {
            EntryState::Waiting => self.never_free(entry, now),
            EntryState::Held { offered, .. } => self.expire(entry, offered, now),
            EntryState::Confirmed { .. } if self.latest_arrival(&entry) <= known_until => {
                self.no_show(entry, now)
            }
            EntryState::Confirmed { .. } if (entry.span.until() + NEVER_KNOWN).timestamp() <= now => {
                let at = entry.span.until().timestamp();
                self.end(entry, EntryState::Completed { at });
            }
            EntryState::CheckedIn { .. } if entry.span.until().timestamp() <= now => {
                self.overdue(entry, now, known_until);
            }
            EntryState::CheckedIn { .. } => self.remind(entry),
            EntryState::Overstayed { .. } => self.put(self.staying_on(entry, now)),
            EntryState::Confirmed { .. }
            | EntryState::Completed { .. }
            | EntryState::Cancelled { .. }
            | EntryState::NoShow { .. } => {}
        }
    }

    fn never_free(&mut self, entry: BookEntry, now: Timestamp) {
        let state = EntryState::Cancelled {
            at: now,
            cause: CancelCause::NeverFree,
            lateness: CancelLateness::InTime,
        };
        let entry = self.end(entry, state);
        self.notify(&entry, DriverNoticeKind::NeverFree);
    }

    fn expire(&mut self, entry: BookEntry, offered: HoldOrigin, now: Timestamp) {
        let cause = match offered {
            HoldOrigin::Asked => CancelCause::HoldExpired,
            HoldOrigin::FromWaitlist => CancelCause::OfferExpired,
        };
        let entry =
            self.end(entry, EntryState::Cancelled { at: now, cause, lateness: CancelLateness::InTime });
        if offered == HoldOrigin::FromWaitlist {
            self.notify(&entry, DriverNoticeKind::OfferExpired);
        }
    }

    fn no_show(&mut self, entry: BookEntry, now: Timestamp) {
        let entry = self.end(entry, EntryState::NoShow { at: now });
        self.notify(&entry, DriverNoticeKind::NoShow);
        self.strike(&entry, BookStrikeKind::NoShow, now);
    }

    fn remind(&mut self, entry: BookEntry) {
        self.notify(&entry, DriverNoticeKind::EndingSoon);
        self.put(BookEntry { reminded: true, ..entry });
    }

    fn overdue(&mut self, entry: BookEntry, now: Timestamp, known_until: Timestamp) {
        let end = entry.span.until().timestamp();
        let former = entry.clone();
        let mut entry = self.staying_on(entry, now);
        if end <= known_until {
            entry.state = EntryState::Overstayed { since: end };
            self.notify(&entry, DriverNoticeKind::Overstayed);
            self.strike(&entry, BookStrikeKind::Overstay, now);
        }
        // While the gate's events are unknown the entry stays equal until the next minute: there is nothing to store, and the
        // driver's version of it stays valid.
        if entry != former {
            self.put(entry);
        }
    }

    /// The entry with its space taken for `overstay_ahead` longer than `now`.
    fn staying_on(&self, entry: BookEntry, now: Timestamp) -> BookEntry {
        let ahead = Minute::ceil(now) + self.layout.rules.overstay_ahead;
        let taken =
            entry.taken.map(|taken| MinuteSpan::new(taken.from(), taken.until().max(ahead)).unwrap_or(taken));
        BookEntry { taken, ..entry }
    }

    /// When a sweep has to process an entry.
    pub(super) fn due(&self, entry: &BookEntry) -> Timestamp {
        match entry.state {
            EntryState::Waiting => (entry.span.from() + Minutes(1)).timestamp(),
            EntryState::Held { until, .. } => until,
            EntryState::Confirmed { .. } => self.latest_arrival(entry),
            EntryState::CheckedIn { .. } if entry.reminded || entry.person.is_none() => {
                entry.span.until().timestamp()
            }
            EntryState::CheckedIn { .. } => {
                let notice = self.terms_of(entry).map_or(Minutes(0), |terms| terms.notice);
                (entry.span.until() - notice).timestamp()
            }
            EntryState::Overstayed { .. } => {
                let counted = entry.taken.unwrap_or(entry.span).until();
                (counted - self.layout.rules.overstay_ahead).timestamp()
            }
            EntryState::Completed { at } | EntryState::Cancelled { at, .. } | EntryState::NoShow { at } => at,
        }
    }

    /// A reservation whose car has not entered by then is a no-show.
    pub(super) fn latest_arrival(&self, entry: &BookEntry) -> Timestamp {
        kept_until(self.terms_of(entry).as_ref(), entry.span).timestamp()
    }

    /// Terms of the window in which the entry starts; absent if that window no longer exists.
    pub(super) fn terms_of(&self, entry: &BookEntry) -> Option<WindowTerms> {
        let limits = self.limits.get(&entry.pool)?;
        limits.opening_at(entry.audience, entry.span.from()).map(|open| open.terms)
    }

    pub(super) fn window_at(&self, pool: &PoolId, audience: Audience, at: Minute) -> Option<WindowId> {
        self.limits.get(pool)?.opening_at(audience, at).map(|open| open.window.clone())
    }
}
