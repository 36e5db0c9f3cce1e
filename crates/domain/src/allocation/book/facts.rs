//! Facts from the gate. They are never refused, however late they arrive, and a repeated fact changes nothing.

use std::collections::HashSet;

use super::AllocationBook;
use crate::allocation::entry::{BookEntry, EntryOrigin, EntryState};
use crate::allocation::layout::PlateKey;
use crate::allocation::request::EnteredCar;
use crate::allocation::room;
use crate::audience::Audience;
use crate::ids::{PoolId, VisitId};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::time::Timestamp;

/// Stay of a car that entered while no window of its audience is open: time to turn round and leave.
const TURN_ROUND: Minutes = Minutes(15);

/// Pool of a car in a garage without any known pool.
const SOMEWHERE: &str = "main";

impl AllocationBook {
    /// A car has entered. It checks in to the earliest of its reservations for which it is in time, or becomes a walk-in.
    pub fn enter(&mut self, car: &EnteredCar, now: Timestamp) -> BookEntry {
        self.advance_to(now);
        let known = self.index.of_visit(car.visit).unwrap_or(car.id);
        if let Some(known) = self.entry(known) {
            return known.clone();
        }
        let mut entry = match self.expected(car) {
            Some(reserved) => checked_in(reserved, car),
            None => self.walked_in(car, now),
        };
        entry.space = self.free_label(&entry.pool);
        self.put(entry.clone());
        entry
    }

    /// A car has left. Its space is free from the current minute on, this minute included.
    pub fn leave(&mut self, visit: VisitId, at: Timestamp) -> Option<BookEntry> {
        let entry = self.index.of_visit(visit).and_then(|id| self.entry(id)).cloned()?;
        let taken = entry.taken.and_then(|taken| MinuteSpan::new(taken.from(), Minute::floor(at)).ok());
        let left = BookEntry { state: EntryState::Completed { at }, taken, ..entry };
        self.put(left.clone());
        self.offer(at.max(self.latest_now));
        Some(left)
    }

    fn expected(&self, car: &EnteredCar) -> Option<&BookEntry> {
        let plate: &PlateKey = car.plate.as_ref()?;
        let reserved = self.index.of_plate(plate).filter_map(|id| self.entry(id));
        let in_time = reserved.filter(|entry| self.in_time(entry, Minute::floor(car.at)));
        in_time.min_by_key(|entry| (entry.span, entry.id))
    }

    fn in_time(&self, entry: &BookEntry, at: Minute) -> bool {
        let early = self.terms_of(entry).map_or(Minutes(0), |terms| terms.early);
        entry.phase().is_reserved() && entry.span.from() - early <= at && at < entry.span.until()
    }

    fn walked_in(&self, car: &EnteredCar, now: Timestamp) -> BookEntry {
        let audience = car.audience.unwrap_or(Audience::Public);
        let from = Minute::floor(car.at);
        let pool = self.pool_for(audience, from);
        let until = self.leave_by(&pool, audience, from).unwrap_or(from + TURN_ROUND);
        let span = MinuteSpan::new(from, until).unwrap_or_else(|_| MinuteSpan::starting(from));
        BookEntry {
            id: car.id,
            window: self.window_at(&pool, audience, from),
            pool,
            audience,
            origin: EntryOrigin::Gate,
            person: None,
            plate: car.plate.clone(),
            span,
            state: EntryState::CheckedIn { at: car.at },
            taken: Some(span),
            space: None,
            visit: Some(car.visit),
            reminded: false,
            created_at: now,
        }
    }

    /// Latest exit of a car without a reservation: the end of the adjoining windows, the longest stay, or the first minute
    /// without a free space, whichever comes first. Absent if no window is open.
    pub(super) fn leave_by(&self, pool: &PoolId, audience: Audience, from: Minute) -> Option<Minute> {
        let limits = self.limits.get(pool)?;
        let longest = from + limits.opening_at(audience, from)?.terms.max_stay;
        let until = limits.open_until(audience, from)?.min(longest);
        let span = MinuteSpan::new(from, until).ok()?;
        let full = room::first_full(limits, self.index.timeline(pool), audience, span);
        // If the pool is full already, the car is one too many: the reservations of others do not determine its exit.
        Some(full.filter(|full| *full > from).unwrap_or(until))
    }

    /// The first pool that is open to the audience and has room; else the first open pool; else the first pool.
    fn pool_for(&self, audience: Audience, at: Minute) -> PoolId {
        let open = |pool: &&PoolId| self.window_at(pool, audience, at).is_some();
        let pools = self.layout.pools.keys().filter(open);
        let with_room = pools.clone().find(|pool| self.free(pool, audience, MinuteSpan::starting(at)) > 0);
        let best = with_room.or_else(|| pools.clone().next());
        best.or_else(|| self.layout.pools.keys().next()).cloned().unwrap_or_else(somewhere)
    }

    /// Label of the first numbered space of the pool that no car inside has.
    fn free_label(&self, pool: &PoolId) -> Option<String> {
        let inside = self.index.inside().filter_map(|id| self.entry(id)).filter(|entry| entry.pool == *pool);
        let used: HashSet<&str> = inside.filter_map(|entry| entry.space.as_deref()).collect();
        self.layout.pools.get(pool)?.spaces.iter().find(|label| !used.contains(label.as_str())).cloned()
    }
}

/// The reservation with its car inside. A car that came early takes its space from its entry on.
fn checked_in(reserved: &BookEntry, car: &EnteredCar) -> BookEntry {
    let from = Minute::floor(car.at).min(reserved.span.from());
    let taken = MinuteSpan::new(from, reserved.span.until()).unwrap_or(reserved.span);
    BookEntry {
        state: EntryState::CheckedIn { at: car.at },
        taken: Some(taken),
        visit: Some(car.visit),
        ..reserved.clone()
    }
}

#[expect(clippy::expect_used, reason = "a constant slug")]
fn somewhere() -> PoolId {
    PoolId::parse(SOMEWHERE).expect("a slug")
}
