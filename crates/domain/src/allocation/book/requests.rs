//! Requests of people: each is done completely or refused.

use super::AllocationBook;
use super::judge::{PoolStay, SpaceClaim, StayPlacement};
use crate::allocation::entry::{BookEntry, CancelCause, CancelLateness, EntryPhase, EntryState, HoldOrigin};
use crate::allocation::journal::DriverNoticeKind;
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{EntryChange, ReservationIntent, ReservationRequest};
use crate::allocation::terms::PendingEnds;
use crate::ids::{ReservationId, WindowId};
use crate::minute::{Minute, MinuteSpan};
use crate::time::Timestamp;

impl AllocationBook {
    pub fn reserve(
        &mut self,
        ask: &ReservationRequest,
        now: Timestamp,
    ) -> Result<BookEntry, ReservationRefusal> {
        self.advance_to(now);
        if let Some(known) = self.entry(ask.id) {
            return Ok(known.clone());
        }
        let entry = match (self.judge(ask, now), ask.wish) {
            (Ok(place), _) => entry_of(ask, place, self.first_state(ask.wish, now), now),
            (Err(full @ ReservationRefusal::Full { .. }), ReservationIntent::ConfirmOrWait) => {
                entry_of(ask, self.place_in_line(ask, now).ok_or(full)?, EntryState::Waiting, now)
            }
            (Err(refusal), _) => return Err(refusal),
        };
        self.put(entry.clone());
        Ok(entry)
    }

    /// Checks a request as [`AllocationBook::reserve`] does, without making the reservation.
    pub fn check_request(&self, ask: &ReservationRequest, now: Timestamp) -> Result<(), ReservationRefusal> {
        self.judge(ask, now).map(|_| ())
    }

    fn judge(&self, ask: &ReservationRequest, now: Timestamp) -> Result<StayPlacement, ReservationRefusal> {
        if ask.span.from() < Minute::floor(now) {
            return Err(ReservationRefusal::InThePast);
        }
        let claim = SpaceClaim::of_ask(ask);
        self.check_plate(&claim)?;
        self.check_limits(&claim)?;
        self.place(ask, now)
    }

    fn first_state(&self, wish: ReservationIntent, now: Timestamp) -> EntryState {
        match wish {
            ReservationIntent::Confirm | ReservationIntent::ConfirmOrWait => {
                EntryState::Confirmed { since: now }
            }
            ReservationIntent::Hold => {
                let until = now + self.layout.rules.hold.duration();
                EntryState::Held { until, offered: HoldOrigin::Asked }
            }
        }
    }

    /// Changes time, plate or pool. The end can also change while the car is inside, which extends the stay. The space that
    /// the entry already takes counts as free. A waiting entry keeps its position.
    pub fn change(
        &mut self,
        id: ReservationId,
        change: &EntryChange,
        now: Timestamp,
    ) -> Result<BookEntry, ReservationRefusal> {
        self.advance_to(now);
        let former = self.live(id, now)?;
        let mut entry = former.clone();
        entry.span = change.span.unwrap_or(entry.span);
        entry.pool = change.pool.clone().unwrap_or(entry.pool);
        entry.plate = change.plate.clone().or(entry.plate);
        check_times(former, &entry, now)?;
        self.check_changed_plate(former, &entry)?;
        if (entry.span, &entry.pool) != (former.span, &former.pool) {
            entry.window = Some(self.check_changed_stay(former, &entry, now)?);
            entry.taken = taken_after(former, entry.span);
            entry.reminded = false;
        }
        self.put(entry);
        self.offer(now);
        self.entry(id).cloned().ok_or(ReservationRefusal::NotFound)
    }

    fn check_changed_plate(&self, former: &BookEntry, entry: &BookEntry) -> Result<(), ReservationRefusal> {
        let claim = SpaceClaim::of_entry(entry);
        if entry.plate != former.plate {
            self.check_limits(&claim)?;
        }
        if (&entry.plate, entry.span) != (&former.plate, former.span) {
            self.check_plate(&claim)?;
        }
        Ok(())
    }

    fn check_changed_stay(
        &self,
        former: &BookEntry,
        entry: &BookEntry,
        now: Timestamp,
    ) -> Result<WindowId, ReservationRefusal> {
        let stay = PoolStay {
            pool: &entry.pool,
            audience: entry.audience,
            span: entry.span,
            has: former.taken.filter(|_| entry.pool == former.pool),
            ahead: if former.phase().is_inside() { PendingEnds::End } else { PendingEnds::StartAndEnd },
        };
        match self.check_stay(&stay, now) {
            Ok(open) => Ok(open.window.clone()),
            Err(full @ ReservationRefusal::Full { .. }) if former.phase() == EntryPhase::Waiting => {
                self.window_at(&entry.pool, entry.audience, entry.span.from()).ok_or(full)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Confirms a held space, unless the plate has been blocked since. Idempotent.
    pub fn confirm(&mut self, id: ReservationId, now: Timestamp) -> Result<BookEntry, ReservationRefusal> {
        self.advance_to(now);
        let mut entry = self.live(id, now)?.clone();
        match entry.phase() {
            EntryPhase::Held => {
                self.check_blocked(&SpaceClaim::of_entry(&entry))?;
                entry.state = EntryState::Confirmed { since: now };
                self.put(entry.clone());
                Ok(entry)
            }
            EntryPhase::Confirmed => Ok(entry),
            phase @ (EntryPhase::Waiting
            | EntryPhase::CheckedIn
            | EntryPhase::Overstayed
            | EntryPhase::Completed
            | EntryPhase::Cancelled
            | EntryPhase::NoShow) => Err(ReservationRefusal::WrongPhase { phase }),
        }
    }

    /// Cancels an entry and frees its space. The stay of a car inside cannot be cancelled: it ends with the exit.
    pub fn cancel(
        &mut self,
        id: ReservationId,
        cause: CancelCause,
        now: Timestamp,
    ) -> Result<BookEntry, ReservationRefusal> {
        self.advance_to(now);
        let entry = self.entry(id).ok_or(ReservationRefusal::NotFound)?;
        let phase = entry.phase();
        if phase.is_inside() || !phase.is_live() {
            return Err(ReservationRefusal::WrongPhase { phase });
        }
        let late = phase != EntryPhase::Waiting && now > entry.span.from().timestamp();
        let lateness = if late { CancelLateness::Late } else { CancelLateness::InTime };
        let entry = self.end(entry.clone(), EntryState::Cancelled { at: now, cause, lateness });
        if cause == CancelCause::Suspended {
            self.notify(&entry, DriverNoticeKind::Suspended);
        }
        self.offer(now);
        Ok(entry)
    }

    /// Ends a stay that has not begun; it takes no space any more.
    pub(super) fn end(&mut self, entry: BookEntry, state: EntryState) -> BookEntry {
        let ended = BookEntry { state, taken: None, ..entry };
        self.put(ended.clone());
        ended
    }

    /// An entry that a request may still change.
    fn live(&self, id: ReservationId, now: Timestamp) -> Result<&BookEntry, ReservationRefusal> {
        let entry = self.entry(id).ok_or(ReservationRefusal::NotFound)?;
        match entry.state {
            EntryState::Held { until, .. } if until <= now => {
                Err(ReservationRefusal::WrongPhase { phase: EntryPhase::Cancelled })
            }
            _ if !entry.is_live() => Err(ReservationRefusal::WrongPhase { phase: entry.phase() }),
            _ => Ok(entry),
        }
    }
}

fn entry_of(ask: &ReservationRequest, place: StayPlacement, state: EntryState, now: Timestamp) -> BookEntry {
    BookEntry {
        id: ask.id,
        pool: place.pool,
        audience: ask.audience,
        origin: ask.origin,
        window: Some(place.window),
        person: ask.person,
        plate: ask.plate.clone(),
        span: ask.span,
        taken: (state.phase() != EntryPhase::Waiting).then_some(ask.span),
        state,
        space: None,
        visit: None,
        reminded: false,
        created_at: now,
    }
}

/// For a car inside only the end may change, and no start or end may move into the past.
fn check_times(former: &BookEntry, entry: &BookEntry, now: Timestamp) -> Result<(), ReservationRefusal> {
    let other_start = entry.span.from() != former.span.from();
    let moved = other_start || entry.pool != former.pool;
    let overstayed = former.phase() == EntryPhase::Overstayed && entry.span != former.span;
    if overstayed || (moved && former.phase().is_inside()) {
        return Err(ReservationRefusal::WrongPhase { phase: former.phase() });
    }
    let this_minute = Minute::floor(now);
    let other_end = entry.span.until() != former.span.until();
    if (other_end && entry.span.until() <= this_minute) || (other_start && entry.span.from() < this_minute) {
        return Err(ReservationRefusal::InThePast);
    }
    Ok(())
}

/// The taken time after a change to `span`. A car that came early keeps the time before its start.
fn taken_after(former: &BookEntry, span: MinuteSpan) -> Option<MinuteSpan> {
    let taken = former.taken?;
    if former.phase().is_inside() { MinuteSpan::new(taken.from(), span.until()).ok() } else { Some(span) }
}
