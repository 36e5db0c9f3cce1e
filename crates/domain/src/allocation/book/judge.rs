//! Checks of requests against rules and room. They change nothing.

use super::AllocationBook;
use super::reads::StartRange;
use crate::allocation::entry::{BookEntry, EntryOrigin};
use crate::allocation::layout::PlateKey;
use crate::allocation::limits::{CapacitySchedule, PoolOpening};
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::ReservationRequest;
use crate::allocation::room;
use crate::allocation::terms::PendingEnds;
use crate::audience::Audience;
use crate::capacity::TakenTimeline;
use crate::ids::{PersonId, PoolId, ReservationId, WindowId};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::time::Timestamp;

/// How far ahead a refusal searches for the next free start: over a weekend. [`AllocationBook::next_start`] searches further.
const LOOK_AHEAD: Minutes = Minutes(3 * 24 * 60);

/// Person, plate and time of a requested stay, for the checks that do not depend on a pool.
pub(super) struct SpaceClaim<'a> {
    /// The entry with this id does not count as a conflict.
    pub(super) id: ReservationId,
    pub(super) origin: EntryOrigin,
    pub(super) audience: Audience,
    pub(super) person: Option<PersonId>,
    pub(super) plate: Option<&'a PlateKey>,
    pub(super) span: MinuteSpan,
}

/// A requested stay in one pool.
#[derive(Clone, Copy)]
pub(super) struct PoolStay<'a> {
    pub(super) pool: &'a PoolId,
    pub(super) audience: Audience,
    pub(super) span: MinuteSpan,
    /// The time for which the same entry already takes a space of this pool: it counts as free.
    pub(super) has: Option<MinuteSpan>,
    pub(super) ahead: PendingEnds,
}

/// Pool and window of a new stay.
pub(super) struct StayPlacement {
    pub(super) pool: PoolId,
    pub(super) window: WindowId,
}

impl StayPlacement {
    fn of(stay: &PoolStay<'_>, open: &PoolOpening) -> Self {
        Self { pool: stay.pool.clone(), window: open.window.clone() }
    }
}

impl<'a> SpaceClaim<'a> {
    pub(super) fn of_ask(ask: &'a ReservationRequest) -> Self {
        Self {
            id: ask.id,
            origin: ask.origin,
            audience: ask.audience,
            person: ask.person,
            plate: ask.plate.as_ref(),
            span: ask.span,
        }
    }

    pub(super) fn of_entry(entry: &'a BookEntry) -> Self {
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

impl AllocationBook {
    /// Refuses a blocked plate, and a plate with another entry at that time.
    pub(super) fn check_plate(&self, claim: &SpaceClaim<'_>) -> Result<(), ReservationRefusal> {
        let Some(plate) = claim.plate else {
            return Ok(());
        };
        self.check_blocked(claim)?;
        let mut others =
            self.index.of_plate(plate).filter(|id| *id != claim.id).filter_map(|id| self.entry(id));
        match others.find(|other| other.touches(claim.span)) {
            Some(other) => Err(ReservationRefusal::PlateBusy { with: other.id }),
            None => Ok(()),
        }
    }

    /// Refuses a blocked plate. A block applies to the public only, and an operator's request is exempt.
    pub(super) fn check_blocked(&self, claim: &SpaceClaim<'_>) -> Result<(), ReservationRefusal> {
        let bound = claim.origin != EntryOrigin::Operator && claim.audience == Audience::Public;
        let blocked = bound && claim.plate.is_some_and(|plate| self.layout.blocked.contains(plate));
        if blocked { Err(ReservationRefusal::Blocked) } else { Ok(()) }
    }

    /// Refuses a person or plate at its maximum of live reservations. An operator's request is exempt.
    pub(super) fn check_limits(&self, claim: &SpaceClaim<'_>) -> Result<(), ReservationRefusal> {
        if claim.origin == EntryOrigin::Operator {
            return Ok(());
        }
        let rules = self.layout.rules;
        let of_person =
            claim.person.map_or(0, |person| self.reservations(self.index.of_person(person), claim.id));
        if of_person >= rules.live_per_person && claim.person.is_some() {
            return Err(ReservationRefusal::PersonLimit { limit: rules.live_per_person });
        }
        let of_plate = claim.plate.map_or(0, |plate| self.reservations(self.index.of_plate(plate), claim.id));
        if of_plate >= rules.live_per_plate && claim.plate.is_some() {
            return Err(ReservationRefusal::PlateLimit { limit: rules.live_per_plate });
        }
        Ok(())
    }

    /// Counts the reservations among `ids`, without `own`.
    fn reservations(&self, ids: impl Iterator<Item = ReservationId>, own: ReservationId) -> u32 {
        let reserved =
            |id: &ReservationId| self.entry(*id).is_some_and(|entry| entry.origin != EntryOrigin::Gate);
        u32::try_from(ids.filter(|id| *id != own).filter(reserved).count()).unwrap_or(u32::MAX)
    }

    /// The first pool in which the stay fits; else the most helpful refusal.
    pub(super) fn place(
        &self,
        ask: &ReservationRequest,
        now: Timestamp,
    ) -> Result<StayPlacement, ReservationRefusal> {
        let mut refused = ReservationRefusal::NoSuchPool;
        for stay in self.stays(ask) {
            match self.check_stay(&stay, now) {
                Ok(open) => return Ok(StayPlacement::of(&stay, open)),
                Err(refusal) => refused = more_helpful(refused, refusal),
            }
        }
        Err(refused)
    }

    /// The first pool in which other stays are the only obstacle.
    pub(super) fn place_in_line(&self, ask: &ReservationRequest, now: Timestamp) -> Option<StayPlacement> {
        self.stays(ask).find_map(|stay| match self.check_stay(&stay, now) {
            Err(ReservationRefusal::Full { .. }) => {
                let open = self.limits.get(stay.pool)?.opening_at(stay.audience, stay.span.from())?;
                Some(StayPlacement::of(&stay, open))
            }
            Ok(_) | Err(_) => None,
        })
    }

    /// One stay in each pool that the request allows, in order of pool ids.
    fn stays<'a>(&'a self, ask: &'a ReservationRequest) -> impl Iterator<Item = PoolStay<'a>> {
        let pools =
            self.layout.pools.keys().filter(|pool| ask.pool.as_ref().is_none_or(|asked| asked == *pool));
        let (audience, span) = (ask.audience, ask.span);
        pools.map(move |pool| PoolStay { pool, audience, span, has: None, ahead: PendingEnds::StartAndEnd })
    }

    /// The opening in which the stay starts, if windows, terms and room of its pool allow the stay.
    pub(super) fn check_stay(
        &self,
        stay: &PoolStay<'_>,
        now: Timestamp,
    ) -> Result<&PoolOpening, ReservationRefusal> {
        let limits = self.limits.get(stay.pool).ok_or(ReservationRefusal::NoSuchPool)?;
        let open = opening_over(limits, stay.audience, stay.span)
            .ok_or_else(|| ReservationRefusal::OutsideWindow { next: next_opening(limits, stay, now) })?;
        open.admits(stay.span, stay.ahead, now)?;
        let timeline = self.index.timeline(stay.pool);
        for span in outside(stay.span, stay.has).into_iter().flatten() {
            if let Some(misfit) = misfit(limits, timeline, stay.audience, span) {
                return Err(self.explained(misfit, stay, now));
            }
        }
        Ok(open)
    }

    fn explained(&self, misfit: NoRoomReason, stay: &PoolStay<'_>, now: Timestamp) -> ReservationRefusal {
        let (from, length) = (stay.span.from(), stay.span.length());
        match misfit {
            NoRoomReason::Closed(span) => ReservationRefusal::Closed { span },
            NoRoomReason::Full(at) => {
                let starts = StartRange { from, latest: from + LOOK_AHEAD, now: Some(Minute::floor(now)) };
                ReservationRefusal::Full { at, next: self.next_of(stay.pool, stay.audience, length, &starts) }
            }
        }
    }
}

impl BookEntry {
    /// Whether the agreed or the taken time of the entry overlaps `span`.
    fn touches(&self, span: MinuteSpan) -> bool {
        self.span.overlaps(span) || self.taken.is_some_and(|taken| taken.overlaps(span))
    }
}

/// Why there is no room within the windows: a closure, or the first full minute.
pub(super) enum NoRoomReason {
    Closed(MinuteSpan),
    Full(Minute),
}

/// The opening in which `span` starts, if it and those that adjoin it cover all of `span`.
pub(super) fn opening_over(
    limits: &CapacitySchedule,
    audience: Audience,
    span: MinuteSpan,
) -> Option<&PoolOpening> {
    let until = limits.open_until(audience, span.from())?;
    limits.opening_at(audience, span.from()).filter(|_| span.until() <= until)
}

pub(super) fn misfit(
    limits: &CapacitySchedule,
    timeline: &TakenTimeline,
    audience: Audience,
    span: MinuteSpan,
) -> Option<NoRoomReason> {
    if let Some(closed) = limits.closed_within(audience, span) {
        return Some(NoRoomReason::Closed(closed));
    }
    room::first_full(limits, timeline, audience, span).map(NoRoomReason::Full)
}

/// `span` without `has`: the part before it and the part after it.
fn outside(span: MinuteSpan, has: Option<MinuteSpan>) -> [Option<MinuteSpan>; 2] {
    match has.and_then(|has| has.intersection(span)) {
        None => [Some(span), None],
        Some(had) => {
            [MinuteSpan::new(span.from(), had.from()).ok(), MinuteSpan::new(had.until(), span.until()).ok()]
        }
    }
}

/// The rest of the opening in which the stay would start, or else the next one.
fn next_opening(limits: &CapacitySchedule, stay: &PoolStay<'_>, now: Timestamp) -> Option<MinuteSpan> {
    let from = stay.span.from().max(Minute::floor(now));
    let open = limits.openings_from(stay.audience, from).iter().find(|open| open.terms.bookable)?;
    let start = open.span.from().max(from);
    MinuteSpan::new(start, limits.open_until(stay.audience, start)?).ok()
}

/// The more helpful of two pools' refusals: one of a full pool, else one of a pool with open windows; on a tie the former.
fn more_helpful(former: ReservationRefusal, other: ReservationRefusal) -> ReservationRefusal {
    if distance(&other) < distance(&former) { other } else { former }
}

/// Rank of a refusal by its distance from a free space.
fn distance(refusal: &ReservationRefusal) -> u8 {
    match refusal {
        ReservationRefusal::Full { .. } => 0,
        ReservationRefusal::NotBookable
        | ReservationRefusal::TooShort { .. }
        | ReservationRefusal::TooLong { .. }
        | ReservationRefusal::TooFarAhead { .. }
        | ReservationRefusal::InThePast
        | ReservationRefusal::LockedOut { .. }
        | ReservationRefusal::Closed { .. }
        | ReservationRefusal::Blocked
        | ReservationRefusal::PlateBusy { .. }
        | ReservationRefusal::PersonLimit { .. }
        | ReservationRefusal::PlateLimit { .. } => 1,
        ReservationRefusal::OutsideWindow { .. } => 2,
        ReservationRefusal::NoSuchPool
        | ReservationRefusal::NotFound
        | ReservationRefusal::WrongPhase { .. } => 3,
    }
}
