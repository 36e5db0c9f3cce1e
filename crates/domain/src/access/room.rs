//! How long one more car without a reservation may stay without using reserved or kept spaces.
//!
//! [`crate::capacity`] decides at each minute, as it does for the book. This module supplies what the gate knows: the planned
//! limits, the reservations whose car is not inside yet, and the number of cars inside by audience. Where it does not know,
//! it assumes the case that leaves the least room.

use std::{iter, vec};

use super::Audience;
use super::passage::AccessRequest;
use super::plan::{AccessPlan, PlannedLimit};
use crate::capacity::{
    AudienceCounts, ByAudience, CapacityLimit, IN_PRIORITY, KeptRule, StepCursor, TakenSpaces, TakenTimeline,
};
use crate::ids::PoolId;
use crate::minute::{Minute, MinuteSpan, Minutes};

/// How long a stay may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StayLimit {
    pub(super) until: Minute,
    /// What limits the stay; absent for the longest stay that the terms allow.
    pub(super) short: Option<StayLimitReason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StayLimitReason {
    Closed,
    /// All open spaces are taken, reserved or kept.
    Taken,
}

/// The stay from `from` for at most `longest`. It never exceeds the validity of the plan: later reservations are unknown.
pub(super) fn reach(
    plan: &AccessPlan,
    passage: &AccessRequest<'_>,
    audience: Audience,
    from: Minute,
    longest: Minutes,
) -> StayLimit {
    let until = (from + longest).min(Minute::floor(plan.valid_until));
    let present = CarsInside::of(passage, audience);
    let mut pools: Vec<_> =
        plan.sharing.pools.iter().map(|(id, limits)| PoolCursor::new(plan, passage, id, limits)).collect();
    let mut minute = from;
    while minute < until {
        pools.iter_mut().for_each(|pool| pool.advance(minute));
        match room(&pools, &present, audience) {
            None => return StayLimit { until: minute, short: Some(StayLimitReason::Closed) },
            Some(0) => return StayLimit { until: minute, short: Some(StayLimitReason::Taken) },
            Some(_) => {}
        }
        let next = pools.iter_mut().filter_map(PoolCursor::next_change).min();
        minute = next.map_or(until, |next| next.min(until));
    }
    StayLimit { until, short: None }
}

/// Cars inside.
struct CarsInside {
    total: u32,
    of: ByAudience<u32>,
}

impl CarsInside {
    /// If the audiences of the cars inside are unknown, all count for `audience`: they use up its quota and no kept space.
    fn of(passage: &AccessRequest<'_>, audience: Audience) -> Self {
        let occupied = passage.occupied.max(0);
        let mut of = AudienceCounts::default();
        match passage.inside {
            None => of.add(audience, occupied),
            Some(inside) => {
                // After missed exits the admitted cars exceed the count. The count wins, because operators correct it. The
                // excess is removed from other audiences first: their kept spaces stay kept in full.
                let mut rest = occupied;
                let others = IN_PRIORITY.into_iter().rev().filter(|other| *other != audience);
                for known in iter::once(audience).chain(others) {
                    let cars = inside.of(known).clamp(0, rest);
                    of.add(known, cars);
                    rest -= cars;
                }
            }
        }
        let number = |cars: i64| u32::try_from(cars).unwrap_or(u32::MAX);
        Self { total: number(occupied), of: ByAudience::from_fn(|audience| number(of.of(audience))) }
    }

    /// These cars beside the reservations of the pools with an open window of `audience`, as far as they may stand there. A car
    /// of another audience counts against its quota only if the other pools have no quota left for it.
    fn beside(
        &self,
        (here, elsewhere): (&CapacityLimit, &CapacityLimit),
        reserved: &TakenSpaces,
        audience: Audience,
    ) -> TakenSpaces {
        let quota = |limit: &CapacityLimit, of: Audience| limit.quota.get(of).unwrap_or(0);
        let is_away = |of: Audience| quota(here, of) == 0 && quota(elsewhere, of) > 0;
        let placed = ByAudience::from_fn(|of| match self.cars(of) {
            _ if is_away(of) => 0,
            cars if of == audience => cars,
            cars => cars.saturating_sub(quota(elsewhere, of)),
        });
        let away: u32 = sum(IN_PRIORITY.into_iter().filter(|of| is_away(*of)).map(|of| self.cars(of)));
        let unplaced = self
            .total
            .saturating_sub(sum(IN_PRIORITY.into_iter().map(|of| *placed.get(of))))
            .saturating_sub(away.min(elsewhere.capacity));
        TakenSpaces::new(ByAudience::from_fn(|of| placed.get(of).saturating_add(reserved.of(of))), unplaced)
    }

    const fn cars(&self, audience: Audience) -> u32 {
        *self.of.get(audience)
    }
}

fn sum(cars: impl Iterator<Item = u32>) -> u32 {
    cars.fold(0, u32::saturating_add)
}

/// Room for more cars of `audience` at one minute; absent if no window of it is open.
fn room(pools: &[PoolCursor], present: &CarsInside, audience: Audience) -> Option<u32> {
    let (mut here, mut elsewhere) = (CapacityLimit::default(), CapacityLimit::default());
    let mut reserved = TakenSpaces::default();
    for (limit, taken) in pools.iter().map(PoolCursor::now) {
        if limit.is_open(audience) {
            here = here.and(&limit);
            reserved = reserved.and(&taken);
        } else {
            elsewhere = elsewhere.and(&limit);
        }
    }
    let taken = present.beside((&here, &elsewhere), &reserved, audience);
    here.room(&taken, audience, KeptRule::PublicOnly)
}

/// A pool that is stepped through time: its limit, and the reservations whose car is not inside yet.
struct PoolCursor {
    limit: StepCursor<CapacityLimit, vec::IntoIter<(Minute, CapacityLimit)>>,
    reserved: StepCursor<TakenSpaces, vec::IntoIter<(Minute, TakenSpaces)>>,
}

impl PoolCursor {
    fn new(plan: &AccessPlan, passage: &AccessRequest<'_>, id: &PoolId, limits: &[PlannedLimit]) -> Self {
        let reservations = plan.sharing.reservations.iter();
        let absent = reservations.filter(|r| r.pool == *id && !passage.uses.contains_key(&r.id));
        let span = |from, to| MinuteSpan::new(Minute::ceil(from), Minute::ceil(to)).ok();
        let stays = absent.filter_map(|r| Some((span(r.from, r.to)?, r.audience)));
        let limits: Vec<_> = limits.iter().map(|step| (Minute::ceil(step.from), step.limit)).collect();
        let reserved: Vec<_> = TakenTimeline::of(stays).into_steps().collect();
        Self {
            limit: StepCursor::new(CapacityLimit::default(), limits.into_iter()),
            reserved: StepCursor::new(TakenSpaces::default(), reserved.into_iter()),
        }
    }

    const fn now(&self) -> (CapacityLimit, TakenSpaces) {
        (self.limit.value(), self.reserved.value())
    }

    fn advance(&mut self, to: Minute) {
        self.limit.advance(to);
        self.reserved.advance(to);
    }

    fn next_change(&mut self) -> Option<Minute> {
        self.limit.next_change().into_iter().chain(self.reserved.next_change()).min()
    }
}
