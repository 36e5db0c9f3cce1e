//! Checks a stay against the terms of the window in which it starts.

use super::limits::PoolOpening;
use super::refusal::ReservationRefusal;
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::shared_window::WindowTerms;
use crate::time::Timestamp;

/// Grace of an entry whose window no longer exists.
const USUAL_GRACE: Minutes = Minutes(15);

/// Which ends of a stay are in the future and must be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PendingEnds {
    StartAndEnd,
    /// The car is inside: only its end can change.
    End,
}

impl PoolOpening {
    pub(super) fn admits(
        &self,
        span: MinuteSpan,
        ahead: PendingEnds,
        now: Timestamp,
    ) -> Result<(), ReservationRefusal> {
        if span.length() > self.terms.max_stay {
            return Err(ReservationRefusal::TooLong { max: self.terms.max_stay });
        }
        if ahead == PendingEnds::StartAndEnd {
            self.admits_start(span, now)?;
        }
        match self.lock_at_end(span.until()) {
            Some(lock) => Err(ReservationRefusal::LockedOut { lock }),
            None => Ok(()),
        }
    }

    fn admits_start(&self, span: MinuteSpan, now: Timestamp) -> Result<(), ReservationRefusal> {
        if !self.terms.bookable {
            return Err(ReservationRefusal::NotBookable);
        }
        if span.length() < self.terms.min_stay {
            return Err(ReservationRefusal::TooShort { min: self.terms.min_stay });
        }
        if span.from() > Minute::floor(now) + self.terms.horizon {
            return Err(ReservationRefusal::TooFarAhead { horizon: self.terms.horizon });
        }
        match self.lock_at(span.from()) {
            Some(lock) => Err(ReservationRefusal::LockedOut { lock }),
            None => Ok(()),
        }
    }

    /// The lock-out that contains `minute`.
    pub(super) fn lock_at(&self, minute: Minute) -> Option<MinuteSpan> {
        self.terms.lock_out.and_then(|hours| hours.around(minute))
    }

    /// The lock-out in which a stay must not end. It may end exactly when a lock-out begins, and when it is over.
    fn lock_at_end(&self, end: Minute) -> Option<MinuteSpan> {
        self.lock_at(end).filter(|lock| lock.from() != end)
    }

    /// Whether the terms allow a stay of this length to start at `start`, regardless of taken spaces. `Err` holds the next
    /// start to try. Without `now` the horizon is not checked.
    pub(super) fn start_or_later(
        &self,
        start: Minute,
        length: Minutes,
        now: Option<Minute>,
    ) -> Result<(), Minute> {
        let near = now.is_none_or(|now| start <= now + self.terms.horizon);
        let suits =
            near && self.terms.bookable && self.terms.min_stay <= length && length <= self.terms.max_stay;
        if !suits {
            return Err(self.span.until());
        }
        let later = match (self.lock_at(start), self.lock_at_end(start + length)) {
            (Some(lock), _) => lock.until(),
            (None, Some(lock)) => lock.until() - length,
            (None, None) => return Ok(()),
        };
        // The next window may have other lock-out hours.
        Err(later.min(self.span.until()))
    }
}

/// Start plus grace, at most the end: how long a reservation waits for its car. Without a window the usual grace applies.
pub(super) fn kept_until(terms: Option<&WindowTerms>, span: MinuteSpan) -> Minute {
    let grace = terms.map_or(USUAL_GRACE, |terms| terms.grace);
    (span.from() + grace).min(span.until())
}
