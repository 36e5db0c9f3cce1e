//! Requests of people: each is done completely or refused.

use uuid::Uuid;

use super::Book;
use super::judge::{Claim, Place, Stay};
use crate::allocation::entry::{Cause, Entry, Lateness, Offered, Phase, State};
use crate::allocation::journal::NoticeKind;
use crate::allocation::refusal::Refusal;
use crate::allocation::request::{Ask, Change, Wish};
use crate::allocation::terms::Ahead;
use crate::ids::WindowId;
use crate::minute::{Minute, Span};
use crate::time::Timestamp;

impl Book {
    pub fn reserve(&mut self, ask: &Ask, now: Timestamp) -> Result<Entry, Refusal> {
        self.hear(now);
        if let Some(known) = self.entry(ask.id) {
            return Ok(known.clone());
        }
        let entry = match (self.judge(ask, now), ask.wish) {
            (Ok(place), _) => entry_of(ask, place, self.first_state(ask.wish, now), now),
            (Err(full @ Refusal::Full { .. }), Wish::ConfirmOrWait) => {
                entry_of(ask, self.place_in_line(ask, now).ok_or(full)?, State::Waiting, now)
            }
            (Err(refusal), _) => return Err(refusal),
        };
        self.put(entry.clone());
        Ok(entry)
    }

    /// Checks a request as [`Book::reserve`] does, without making the reservation.
    pub fn would(&self, ask: &Ask, now: Timestamp) -> Result<(), Refusal> {
        self.judge(ask, now).map(|_| ())
    }

    fn judge(&self, ask: &Ask, now: Timestamp) -> Result<Place, Refusal> {
        if ask.span.from() < Minute::floor(now) {
            return Err(Refusal::InThePast);
        }
        let claim = Claim::of_ask(ask);
        self.check_plate(&claim)?;
        self.check_limits(&claim)?;
        self.place(ask, now)
    }

    fn first_state(&self, wish: Wish, now: Timestamp) -> State {
        match wish {
            Wish::Confirm | Wish::ConfirmOrWait => State::Confirmed { since: now },
            Wish::Hold => {
                let until = now + self.layout.rules.hold.duration();
                State::Held { until, offered: Offered::Asked }
            }
        }
    }

    /// Changes time, plate or pool. The end can also change while the car is inside, which extends the stay. The space that
    /// the entry already takes counts as free. A waiting entry keeps its position.
    pub fn change(&mut self, id: Uuid, change: &Change, now: Timestamp) -> Result<Entry, Refusal> {
        self.hear(now);
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
        self.entry(id).cloned().ok_or(Refusal::NotFound)
    }

    fn check_changed_plate(&self, former: &Entry, entry: &Entry) -> Result<(), Refusal> {
        let claim = Claim::of_entry(entry);
        if entry.plate != former.plate {
            self.check_limits(&claim)?;
        }
        if (&entry.plate, entry.span) != (&former.plate, former.span) {
            self.check_plate(&claim)?;
        }
        Ok(())
    }

    fn check_changed_stay(&self, former: &Entry, entry: &Entry, now: Timestamp) -> Result<WindowId, Refusal> {
        let stay = Stay {
            pool: &entry.pool,
            audience: entry.audience,
            span: entry.span,
            has: former.taken.filter(|_| entry.pool == former.pool),
            ahead: if former.phase().is_inside() { Ahead::End } else { Ahead::StartAndEnd },
        };
        match self.check_stay(&stay, now) {
            Ok(open) => Ok(open.window.clone()),
            Err(full @ Refusal::Full { .. }) if former.phase() == Phase::Waiting => {
                self.window_at(&entry.pool, entry.audience, entry.span.from()).ok_or(full)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Confirms a held space, unless the plate has been blocked since. Idempotent.
    pub fn confirm(&mut self, id: Uuid, now: Timestamp) -> Result<Entry, Refusal> {
        self.hear(now);
        let mut entry = self.live(id, now)?.clone();
        match entry.phase() {
            Phase::Held => {
                self.check_blocked(&Claim::of_entry(&entry))?;
                entry.state = State::Confirmed { since: now };
                self.put(entry.clone());
                Ok(entry)
            }
            Phase::Confirmed => Ok(entry),
            phase @ (Phase::Waiting
            | Phase::CheckedIn
            | Phase::Overstayed
            | Phase::Completed
            | Phase::Cancelled
            | Phase::NoShow) => Err(Refusal::WrongPhase { phase }),
        }
    }

    /// Cancels an entry and frees its space. The stay of a car inside cannot be cancelled: it ends with the exit.
    pub fn cancel(&mut self, id: Uuid, cause: Cause, now: Timestamp) -> Result<Entry, Refusal> {
        self.hear(now);
        let entry = self.entry(id).ok_or(Refusal::NotFound)?;
        let phase = entry.phase();
        if phase.is_inside() || !phase.is_live() {
            return Err(Refusal::WrongPhase { phase });
        }
        let late = phase != Phase::Waiting && now > entry.span.from().timestamp();
        let lateness = if late { Lateness::Late } else { Lateness::InTime };
        let entry = self.end(entry.clone(), State::Cancelled { at: now, cause, lateness });
        if cause == Cause::Suspended {
            self.notify(&entry, NoticeKind::Suspended);
        }
        self.offer(now);
        Ok(entry)
    }

    /// Ends a stay that has not begun; it takes no space any more.
    pub(super) fn end(&mut self, entry: Entry, state: State) -> Entry {
        let ended = Entry { state, taken: None, ..entry };
        self.put(ended.clone());
        ended
    }

    /// An entry that a request may still change.
    fn live(&self, id: Uuid, now: Timestamp) -> Result<&Entry, Refusal> {
        let entry = self.entry(id).ok_or(Refusal::NotFound)?;
        match entry.state {
            State::Held { until, .. } if until <= now => Err(Refusal::WrongPhase { phase: Phase::Cancelled }),
            _ if !entry.is_live() => Err(Refusal::WrongPhase { phase: entry.phase() }),
            _ => Ok(entry),
        }
    }
}

fn entry_of(ask: &Ask, place: Place, state: State, now: Timestamp) -> Entry {
    Entry {
        id: ask.id,
        pool: place.pool,
        audience: ask.audience,
        origin: ask.origin,
        window: Some(place.window),
        person: ask.person,
        plate: ask.plate.clone(),
        span: ask.span,
        taken: (state.phase() != Phase::Waiting).then_some(ask.span),
        state,
        space: None,
        visit: None,
        reminded: false,
        created_at: now,
    }
}

/// For a car inside only the end may change, and no start or end may move into the past.
fn check_times(former: &Entry, entry: &Entry, now: Timestamp) -> Result<(), Refusal> {
    let other_start = entry.span.from() != former.span.from();
    let moved = other_start || entry.pool != former.pool;
    let overstayed = former.phase() == Phase::Overstayed && entry.span != former.span;
    if overstayed || (moved && former.phase().is_inside()) {
        return Err(Refusal::WrongPhase { phase: former.phase() });
    }
    let this_minute = Minute::floor(now);
    let other_end = entry.span.until() != former.span.until();
    if (other_end && entry.span.until() <= this_minute) || (other_start && entry.span.from() < this_minute) {
        return Err(Refusal::InThePast);
    }
    Ok(())
}

/// The taken time after a change to `span`. A car that came early keeps the time before its start.
fn taken_after(former: &Entry, span: Span) -> Option<Span> {
    let taken = former.taken?;
    if former.phase().is_inside() { Span::new(taken.from(), span.until()).ok() } else { Some(span) }
}
