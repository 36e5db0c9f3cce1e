//! Checks of requests against rules and room. They change nothing.

use uuid::Uuid;

use super::Book;
use super::reads::Starts;
use crate::access::Audience;
use crate::allocation::entry::{Entry, Origin};
use crate::allocation::layout::PlateKey;
use crate::allocation::limits::{Limits, Open};
use crate::allocation::refusal::Refusal;
use crate::allocation::request::Ask;
use crate::allocation::room;
use crate::allocation::terms::Ahead;
use crate::allocation::timeline::Timeline;
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, Minutes, Span};
use crate::time::Timestamp;

/// How far ahead a refusal searches for the next free start: over a weekend. [`Book::next_start`] searches further.
const LOOK_AHEAD: Minutes = Minutes(3 * 24 * 60);

/// Person, plate and time of a requested stay, for the checks that do not depend on a pool.
pub(super) struct Claim<'a> {
    /// The entry with this id does not count as a conflict.
    pub(super) id: Uuid,
    pub(super) origin: Origin,
    pub(super) audience: Audience,
    pub(super) person: Option<Uuid>,
    pub(super) plate: Option<&'a PlateKey>,
    pub(super) span: Span,
}

/// A requested stay in one pool.
#[derive(Clone, Copy)]
pub(super) struct Stay<'a> {
    pub(super) pool: &'a PoolId,
    pub(super) audience: Audience,
    pub(super) span: Span,
    /// The time for which the same entry already takes a space of this pool: it counts as free.
    pub(super) has: Option<Span>,
    pub(super) ahead: Ahead,
}

/// Pool and window of a new stay.
pub(super) struct Place {
    pub(super) pool: PoolId,
    pub(super) window: WindowId,
}

impl Place {
    fn of(stay: &Stay<'_>, open: &Open) -> Self {
        Self { pool: stay.pool.clone(), window: open.window.clone() }
    }
}

impl<'a> Claim<'a> {
    pub(super) fn of_ask(ask: &'a Ask) -> Self {
        Self {
            id: ask.id,
            origin: ask.origin,
            audience: ask.audience,
            person: ask.person,
            plate: ask.plate.as_ref(),
            span: ask.span,
        }
    }

    pub(super) fn of_entry(entry: &'a Entry) -> Self {
        Self {
            id: entry.id,
            origin: entry.origin,
            audience: entry.audience,
            person: entry.person,
            plate: entry.plate.as_ref(),
            span: entry.span,
        }
    }
}

impl Book {
    /// Refuses a blocked plate, and a plate with another entry at that time.
    pub(super) fn check_plate(&self, claim: &Claim<'_>) -> Result<(), Refusal> {
        let Some(plate) = claim.plate else {
            return Ok(());
        };
        self.check_blocked(claim)?;
        let mut others =
            self.index.of_plate(plate).filter(|id| *id != claim.id).filter_map(|id| self.entry(id));
        match others.find(|other| other.touches(claim.span)) {
            Some(other) => Err(Refusal::PlateBusy { with: other.id }),
            None => Ok(()),
        }
    }

    /// Refuses a blocked plate. A block applies to the public only, and an operator's request is exempt.
    pub(super) fn check_blocked(&self, claim: &Claim<'_>) -> Result<(), Refusal> {
        let bound = claim.origin != Origin::Operator && claim.audience == Audience::Public;
        let blocked = bound && claim.plate.is_some_and(|plate| self.layout.blocked.contains(plate));
        if blocked { Err(Refusal::Blocked) } else { Ok(()) }
    }

    /// Refuses a person or plate at its maximum of live reservations. An operator's request is exempt.
    pub(super) fn check_limits(&self, claim: &Claim<'_>) -> Result<(), Refusal> {
        if claim.origin == Origin::Operator {
            return Ok(());
        }
        let rules = self.layout.rules;
        let of_person =
            claim.person.map_or(0, |person| self.reservations(self.index.of_person(person), claim.id));
        if of_person >= rules.live_per_person && claim.person.is_some() {
            return Err(Refusal::PersonLimit { limit: rules.live_per_person });
        }
        let of_plate = claim.plate.map_or(0, |plate| self.reservations(self.index.of_plate(plate), claim.id));
        if of_plate >= rules.live_per_plate && claim.plate.is_some() {
            return Err(Refusal::PlateLimit { limit: rules.live_per_plate });
        }
        Ok(())
    }

    /// Counts the reservations among `ids`, without `own`.
    fn reservations(&self, ids: impl Iterator<Item = Uuid>, own: Uuid) -> u32 {
        let reserved = |id: &Uuid| self.entry(*id).is_some_and(|entry| entry.origin != Origin::Gate);
        u32::try_from(ids.filter(|id| *id != own).filter(reserved).count()).unwrap_or(u32::MAX)
    }

    /// The first pool in which the stay fits; else the most helpful refusal.
    pub(super) fn place(&self, ask: &Ask, now: Timestamp) -> Result<Place, Refusal> {
        let mut refused = Refusal::NoSuchPool;
        for stay in self.stays(ask) {
            match self.check_stay(&stay, now) {
                Ok(open) => return Ok(Place::of(&stay, open)),
                Err(refusal) => refused = more_helpful(refused, refusal),
            }
        }
        Err(refused)
    }

    /// The first pool in which other stays are the only obstacle.
    pub(super) fn place_in_line(&self, ask: &Ask, now: Timestamp) -> Option<Place> {
        self.stays(ask).find_map(|stay| match self.check_stay(&stay, now) {
            Err(Refusal::Full { .. }) => {
                let open = self.limits.get(stay.pool)?.opening_at(stay.audience, stay.span.from())?;
                Some(Place::of(&stay, open))
            }
            Ok(_) | Err(_) => None,
        })
    }

    /// One stay in each pool that the request allows, in order of pool ids.
    fn stays<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = Stay<'a>> {
        let pools =
            self.layout.pools.keys().filter(|pool| ask.pool.as_ref().is_none_or(|asked| asked == *pool));
        let (audience, span) = (ask.audience, ask.span);
        pools.map(move |pool| Stay { pool, audience, span, has: None, ahead: Ahead::StartAndEnd })
    }

    /// The opening in which the stay starts, if windows, terms and room of its pool allow the stay.
    pub(super) fn check_stay(&self, stay: &Stay<'_>, now: Timestamp) -> Result<&Open, Refusal> {
        let limits = self.limits.get(stay.pool).ok_or(Refusal::NoSuchPool)?;
        let open = opening_over(limits, stay.audience, stay.span)
            .ok_or_else(|| Refusal::OutsideWindow { next: next_opening(limits, stay, now) })?;
        open.admits(stay.span, stay.ahead, now)?;
        let timeline = self.index.timeline(stay.pool);
        for span in outside(stay.span, stay.has).into_iter().flatten() {
            if let Some(misfit) = misfit(limits, timeline, stay.audience, span) {
                return Err(self.explained(misfit, stay, now));
            }
        }
        Ok(open)
    }

    fn explained(&self, misfit: Misfit, stay: &Stay<'_>, now: Timestamp) -> Refusal {
        let (from, length) = (stay.span.from(), stay.span.length());
        match misfit {
            Misfit::Closed(span) => Refusal::Closed { span },
            Misfit::Full(at) => {
                let starts = Starts { from, latest: from + LOOK_AHEAD, now: Some(Minute::floor(now)) };
                Refusal::Full { at, next: self.next_of(stay.pool, stay.audience, length, &starts) }
            }
        }
    }
}

impl Entry {
    /// Whether the agreed or the taken time of the entry overlaps `span`.
    fn touches(&self, span: Span) -> bool {
        self.span.overlaps(span) || self.taken.is_some_and(|taken| taken.overlaps(span))
    }
}

/// Why there is no room within the windows: a closure, or the first full minute.
pub(super) enum Misfit {
    Closed(Span),
    Full(Minute),
}

/// The opening in which `span` starts, if it and those that adjoin it cover all of `span`.
pub(super) fn opening_over(limits: &Limits, audience: Audience, span: Span) -> Option<&Open> {
    let until = limits.open_until(audience, span.from())?;
    limits.opening_at(audience, span.from()).filter(|_| span.until() <= until)
}

pub(super) fn misfit(limits: &Limits, timeline: &Timeline, audience: Audience, span: Span) -> Option<Misfit> {
    if let Some(closed) = limits.closed_within(audience, span) {
        return Some(Misfit::Closed(closed));
    }
    room::first_full(limits, timeline, audience, span).map(Misfit::Full)
}

/// `span` without `has`: the part before it and the part after it.
fn outside(span: Span, has: Option<Span>) -> [Option<Span>; 2] {
    match has.and_then(|has| has.intersection(span)) {
        None => [Some(span), None],
        Some(had) => [Span::new(span.from(), had.from()).ok(), Span::new(had.until(), span.until()).ok()],
    }
}

/// The rest of the opening in which the stay would start, or else the next one.
fn next_opening(limits: &Limits, stay: &Stay<'_>, now: Timestamp) -> Option<Span> {
    let from = stay.span.from().max(Minute::floor(now));
    let open = limits.openings_from(stay.audience, from).iter().find(|open| open.terms.bookable)?;
    let start = open.span.from().max(from);
    Span::new(start, limits.open_until(stay.audience, start)?).ok()
}

/// The more helpful of two pools' refusals: one of a full pool, else one of a pool with open windows; on a tie the former.
fn more_helpful(former: Refusal, other: Refusal) -> Refusal {
    if distance(&other) < distance(&former) { other } else { former }
}

/// Rank of a refusal by its distance from a free space.
fn distance(refusal: &Refusal) -> u8 {
    match refusal {
        Refusal::Full { .. } => 0,
        Refusal::NotBookable
        | Refusal::TooShort { .. }
        | Refusal::TooLong { .. }
        | Refusal::TooFarAhead { .. }
        | Refusal::InThePast
        | Refusal::LockedOut { .. }
        | Refusal::Closed { .. }
        | Refusal::Blocked
        | Refusal::PlateBusy { .. }
        | Refusal::PersonLimit { .. }
        | Refusal::PlateLimit { .. } => 1,
        Refusal::OutsideWindow { .. } => 2,
        Refusal::NoSuchPool | Refusal::NotFound | Refusal::WrongPhase { .. } => 3,
    }
}
