//! Test oracle: a second implementation of the allocation rules, minute by minute and entry by entry. It shares only the
//! types with the book, and is slow and plain on purpose.

use std::collections::BTreeMap;

use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{BookEntry, EntryOrigin};
use crate::allocation::layout::{GarageLayout, PlateKey};
use crate::allocation::request::ReservationRequest;
use crate::audience::Audience;
use crate::ids::PoolId;
use crate::minute::{Minute, MinuteSpan};
use crate::shared_window::{DailyHours, WindowOpening};
use crate::time::Timestamp;

pub(super) const AUDIENCES: [Audience; 4] =
    [Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Legal,
    /// Other stays are the only obstacle, first at this minute.
    Full(Minute),
    Illegal,
}

/// One minute of one pool; by audience in the order of `AUDIENCES`.
#[derive(Debug, Clone, Copy)]
struct Cell {
    capacity: i64,
    taken: [i64; 4],
    /// Absent where no window is open or the operator has closed it.
    quota: [Option<i64>; 4],
}

pub(super) struct Oracle {
    layout: GarageLayout,
    entries: Vec<BookEntry>,
    first: Minute,
    /// One cell for each minute from `first` on.
    cells: BTreeMap<PoolId, Vec<Cell>>,
}

impl Oracle {
    /// Judges between these minutes only; outside, everything is closed.
    pub(super) fn of(book: &AllocationBook, range: MinuteSpan) -> Self {
        let layout = book.layout().clone();
        let entries: Vec<BookEntry> = book.entries().cloned().collect();
        let mut cells = BTreeMap::new();
        for pool in layout.pools.keys() {
            let of_pool: Vec<Cell> =
                minutes(range).map(|minute| cell(&layout, &entries, pool, minute)).collect();
            cells.insert(pool.clone(), of_pool);
        }
        Self { layout, entries, first: range.from(), cells }
    }

    fn cell(&self, pool: &PoolId, minute: Minute) -> Option<&Cell> {
        let index = usize::try_from(minute.get() - self.first.get()).ok()?;
        self.cells.get(pool)?.get(index)
    }

    pub(super) fn taken(&self, pool: &PoolId, audience: Audience, minute: Minute) -> i64 {
        self.cell(pool, minute).map_or(0, |cell| cell.taken[audience as usize])
    }

    pub(super) fn total(&self, pool: &PoolId, minute: Minute) -> i64 {
        self.cell(pool, minute).map_or(0, |cell| cell.taken.iter().sum())
    }

    pub(super) fn capacity(&self, pool: &PoolId, minute: Minute) -> i64 {
        self.cell(pool, minute).map_or(0, |cell| cell.capacity)
    }

    pub(super) fn quota(&self, pool: &PoolId, audience: Audience, minute: Minute) -> Option<i64> {
        self.cell(pool, minute)?.quota[audience as usize]
    }

    pub(super) fn kept_from(&self, pool: &PoolId, audience: Audience, minute: Minute) -> i64 {
        let before = AUDIENCES.iter().filter(|other| **other < audience);
        let kept = before.map(|other| {
            let quota = self.quota(pool, *other, minute).unwrap_or(0);
            (quota - self.taken(pool, *other, minute)).max(0)
        });
        kept.sum()
    }

    /// -1 if it is not open.
    pub(super) fn room(&self, pool: &PoolId, audience: Audience, minute: Minute) -> i64 {
        let Some(quota) = self.quota(pool, audience, minute) else {
            return -1;
        };
        let used = self.total(pool, minute) + self.kept_from(pool, audience, minute);
        (self.capacity(pool, minute) - used).min(quota - self.taken(pool, audience, minute)).max(0)
    }

    fn opening(&self, pool: &PoolId, audience: Audience, minute: Minute) -> Option<&WindowOpening> {
        opening(&self.layout, pool, audience, minute)
    }

    pub(super) fn legal(&self, ask: &ReservationRequest, now: Timestamp) -> Verdict {
        if !self.may_claim(ask) {
            return Verdict::Illegal;
        }
        let pools =
            self.layout.pools.keys().filter(|pool| ask.pool.is_none() || ask.pool.as_ref() == Some(pool));
        let verdicts: Vec<_> = pools.map(|pool| self.legal_in(pool, ask.audience, ask.span, now)).collect();
        let full = verdicts.iter().find(|verdict| matches!(verdict, Verdict::Full(_)));
        match full {
            _ if verdicts.contains(&Verdict::Legal) => Verdict::Legal,
            Some(full) => *full,
            None => Verdict::Illegal,
        }
    }

    fn may_claim(&self, ask: &ReservationRequest) -> bool {
        let operator = ask.origin == EntryOrigin::Operator;
        let same_plate = |entry: &&BookEntry| ask.plate.is_some() && entry.plate == ask.plate;
        let at_once = |entry: &BookEntry| {
            let taken = entry.taken.unwrap_or(entry.span);
            minutes(ask.span).any(|minute| entry.span.contains(minute) || taken.contains(minute))
        };
        let reservations = || self.entries.iter().filter(|entry| entry.origin != EntryOrigin::Gate);
        let of_plate = reservations().filter(same_plate).count();
        let of_person = reservations().filter(|e| ask.person.is_some() && e.person == ask.person).count();
        let rules = self.layout.rules;
        let too_many = (ask.plate.is_some() && of_plate >= rules.live_per_plate as usize)
            || (ask.person.is_some() && of_person >= rules.live_per_person as usize);
        let busy = self.entries.iter().filter(same_plate).any(at_once);
        !busy && (operator || !(too_many || self.blocked(ask.origin, ask.audience, ask.plate.as_ref())))
    }

    /// A block applies to the public only, and not to entries of an operator.
    pub(super) fn blocked(&self, origin: EntryOrigin, audience: Audience, plate: Option<&PlateKey>) -> bool {
        origin != EntryOrigin::Operator
            && audience == Audience::Public
            && plate.is_some_and(|plate| self.layout.blocked.contains(plate))
    }

    pub(super) fn legal_in(
        &self,
        pool: &PoolId,
        audience: Audience,
        stay: MinuteSpan,
        now: Timestamp,
    ) -> Verdict {
        let this_minute = now.micros().div_euclid(60_000_000);
        let Some(opening) = self.opening(pool, audience, stay.from()) else {
            return Verdict::Illegal;
        };
        let terms = opening.terms;
        let length = i64::from(stay.length().0);
        let keeps = stay.from().get() >= this_minute
            && stay.from().get() <= this_minute + i64::from(terms.horizon.0)
            && terms.bookable
            && length >= i64::from(terms.min_stay.0)
            && length <= i64::from(terms.max_stay.0);
        let before_end = Minute::new(stay.until().get() - 1);
        let locked = |minute| terms.lock_out.is_some_and(|hours| is_within(hours, minute));
        let ends_in_lock = locked(stay.until()) && locked(before_end);
        let open = minutes(stay).all(|minute| self.room(pool, audience, minute) >= 0);
        if !keeps || !open || locked(stay.from()) || ends_in_lock {
            return Verdict::Illegal;
        }
        match minutes(stay).find(|minute| self.room(pool, audience, *minute) == 0) {
            Some(minute) => Verdict::Full(minute),
            None => Verdict::Legal,
        }
    }
}

fn cell(layout: &GarageLayout, entries: &[BookEntry], pool: &PoolId, minute: Minute) -> Cell {
    let mut capacity = i64::from(layout.pools[pool].size);
    let mut quota = AUDIENCES
        .map(|audience| opening(layout, pool, audience, minute).map(|opening| i64::from(opening.quota)));
    for closure in layout.closures.iter().filter(|closure| closure.span.contains(minute)) {
        if closure.pool.as_ref().is_some_and(|closed| closed != pool) {
            continue;
        }
        match (closure.audience, closure.spaces) {
            (None, None) => quota = [None; 4],
            (None, Some(spaces)) => capacity -= i64::from(spaces),
            (Some(audience), None) => quota[audience as usize] = None,
            (Some(audience), Some(spaces)) => {
                let left = quota[audience as usize].map(|quota| (quota - i64::from(spaces)).max(0));
                quota[audience as usize] = left;
            }
        }
    }
    let mut taken = [0; 4];
    for entry in entries.iter().filter(|entry| entry.pool == *pool) {
        if entry.taken.is_some_and(|taken| taken.contains(minute)) {
            taken[entry.audience as usize] += 1;
        }
    }
    Cell { capacity, taken, quota }
}

fn opening<'a>(
    layout: &'a GarageLayout,
    pool: &PoolId,
    audience: Audience,
    minute: Minute,
) -> Option<&'a WindowOpening> {
    let mut all = layout.openings.iter();
    all.find(|o| o.audience == audience && o.span.contains(minute) && o.pool == *pool)
}

pub(super) fn minutes(span: MinuteSpan) -> impl Iterator<Item = Minute> {
    (span.from().get()..span.until().get()).map(Minute::new)
}

/// By the clock on the wall.
fn is_within(hours: DailyHours, minute: Minute) -> bool {
    let clock = minute.timestamp().local_hhmm();
    let (hour, minute) = clock.split_once(':').unwrap();
    let of_day = hour.parse::<u32>().unwrap() * 60 + minute.parse::<u32>().unwrap();
    (0..hours.length_minutes).any(|passed| (hours.start_minute + passed) % 1440 == of_day)
}

/// Assigns each stay the lowest free number, in order of start, and returns how many numbers are needed.
pub(super) fn numbers_needed(stays: &[MinuteSpan]) -> usize {
    let mut stays = stays.to_vec();
    stays.sort();
    let mut free_from: Vec<Minute> = Vec::new();
    for stay in stays {
        match free_from.iter_mut().find(|until| **until <= stay.from()) {
            Some(until) => *until = stay.until(),
            None => free_from.push(stay.until()),
        }
    }
    free_from.len()
}
