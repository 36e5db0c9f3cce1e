//! Expiry by the clock: unconfirmed offers and holds, reservations whose car did not come, stays beyond their end.
//!
//! Each live entry is due at one time; a sweep processes only due entries. A car may have entered or left while its garage
//! was offline: until the gate's events are known, no reservation becomes a no-show and no plate gets a strike. A car that
//! should have left and may still be inside keeps its space.

use super::Book;
use crate::access::Audience;
use crate::allocation::entry::{Cause, Entry, Lateness, Offered, State};
use crate::allocation::journal::{NoticeKind, StrikeKind};
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, Minutes, Span};
use crate::shared_window::Terms;
use crate::time::Timestamp;

/// How long after its end a reservation waits for events of an offline gate. Later events would change nothing of
/// importance. The reservation then counts as used, so that it does not count against its person's limit for ever.
const NEVER_KNOWN: Minutes = Minutes(7 * 24 * 60);

/// Grace of an entry whose window no longer exists.
const USUAL_GRACE: Minutes = Minutes(15);

impl Book {
    /// Processes all due entries. The gate's events are known up to `known_until`.
    pub fn sweep(&mut self, now: Timestamp, known_until: Timestamp) {
        let due: Vec<_> = self.index.due_by(now).collect();
        for id in due {
            if let Some(entry) = self.entry(id).cloned() {
                self.look_at(entry, now, known_until.min(now));
            }
        }
        self.told = self.told.max(now);
        self.offer(now);
    }

    /// Time of the next due entry; an earlier sweep has nothing to process.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.index.first_due()
    }

    fn look_at(&mut self, entry: Entry, now: Timestamp, known_until: Timestamp) {
        match entry.state {
            State::Waiting => self.never_free(entry, now),
            State::Held { offered, .. } => self.expire(entry, offered, now),
            State::Confirmed { .. } if self.latest_arrival(&entry) <= known_until => self.no_show(entry, now),
            State::Confirmed { .. } if (entry.span.until() + NEVER_KNOWN).timestamp() <= now => {
                let at = entry.span.until().timestamp();
                self.end(entry, State::Completed { at });
            }
            State::CheckedIn { .. } if entry.span.until().timestamp() <= now => {
                self.overdue(entry, now, known_until);
            }
            State::CheckedIn { .. } => self.remind(entry),
            State::Overstayed { .. } => self.put(self.staying_on(entry, now)),
            State::Confirmed { .. }
            | State::Completed { .. }
            | State::Cancelled { .. }
            | State::NoShow { .. } => {}
        }
    }

    fn never_free(&mut self, entry: Entry, now: Timestamp) {
        let state = State::Cancelled { at: now, cause: Cause::NeverFree, lateness: Lateness::InTime };
        let entry = self.end(entry, state);
        self.notify(&entry, NoticeKind::NeverFree);
    }

    fn expire(&mut self, entry: Entry, offered: Offered, now: Timestamp) {
        let cause = match offered {
            Offered::Asked => Cause::HoldExpired,
            Offered::FromWaitlist => Cause::OfferExpired,
        };
        let entry = self.end(entry, State::Cancelled { at: now, cause, lateness: Lateness::InTime });
        if offered == Offered::FromWaitlist {
            self.notify(&entry, NoticeKind::OfferExpired);
        }
    }

    fn no_show(&mut self, entry: Entry, now: Timestamp) {
        let entry = self.end(entry, State::NoShow { at: now });
        self.notify(&entry, NoticeKind::NoShow);
        self.strike(&entry, StrikeKind::NoShow, now);
    }

    fn remind(&mut self, entry: Entry) {
        self.notify(&entry, NoticeKind::EndingSoon);
        self.put(Entry { reminded: true, ..entry });
    }

    fn overdue(&mut self, entry: Entry, now: Timestamp, known_until: Timestamp) {
        let end = entry.span.until().timestamp();
        let former = entry.clone();
        let mut entry = self.staying_on(entry, now);
        if end <= known_until {
            entry.state = State::Overstayed { since: end };
            self.notify(&entry, NoticeKind::Overstayed);
            self.strike(&entry, StrikeKind::Overstay, now);
        }
        // While the gate's events are unknown the entry stays equal until the next minute: there is nothing to store, and the
        // driver's version of it stays valid.
        if entry != former {
            self.put(entry);
        }
    }

    /// The entry with its space taken for `overstay_ahead` longer than `now`.
    fn staying_on(&self, entry: Entry, now: Timestamp) -> Entry {
        let ahead = Minute::ceil(now) + self.layout.rules.overstay_ahead;
        let taken =
            entry.taken.map(|taken| Span::new(taken.from(), taken.until().max(ahead)).unwrap_or(taken));
        Entry { taken, ..entry }
    }

    /// When a sweep has to process an entry.
    pub(super) fn due(&self, entry: &Entry) -> Timestamp {
        match entry.state {
            State::Waiting => (entry.span.from() + Minutes(1)).timestamp(),
            State::Held { until, .. } => until,
            State::Confirmed { .. } => self.latest_arrival(entry),
            State::CheckedIn { .. } if entry.reminded || entry.person.is_none() => {
                entry.span.until().timestamp()
            }
            State::CheckedIn { .. } => {
                let notice = self.terms_of(entry).map_or(Minutes(0), |terms| terms.notice);
                (entry.span.until() - notice).timestamp()
            }
            State::Overstayed { .. } => {
                let counted = entry.taken.unwrap_or(entry.span).until();
                (counted - self.layout.rules.overstay_ahead).timestamp()
            }
            State::Completed { at } | State::Cancelled { at, .. } | State::NoShow { at } => at,
        }
    }

    /// Start plus grace, at most the end. A reservation whose car has not entered by then is a no-show.
    pub(super) fn latest_arrival(&self, entry: &Entry) -> Timestamp {
        let grace = self.terms_of(entry).map_or(USUAL_GRACE, |terms| terms.grace);
        (entry.span.from() + grace).min(entry.span.until()).timestamp()
    }

    /// Terms of the window in which the entry starts; absent if that window no longer exists.
    pub(super) fn terms_of(&self, entry: &Entry) -> Option<Terms> {
        let limits = self.limits.get(&entry.pool)?;
        limits.opening_at(entry.audience, entry.span.from()).map(|open| open.terms)
    }

    pub(super) fn window_at(&self, pool: &PoolId, audience: Audience, at: Minute) -> Option<WindowId> {
        self.limits.get(pool)?.opening_at(audience, at).map(|open| open.window.clone())
    }
}
