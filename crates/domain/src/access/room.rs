//! How long one more car without a reservation may stay without using reserved or kept spaces.
//!
//! The rule is the book's ([`crate::allocation`]): at each minute the capacity minus taken spaces minus the untaken quotas of
//! prior audiences must leave a space, and the quota of the car's own audience must leave one too. The book knows when each
//! car inside should leave; the gate does not, and counts it as staying. Therefore the gate may refuse what the book would
//! allow, never the reverse.
//!
//! Kept spaces are kept from the public only: a permit is a standing right, and its car uses no reserved space.
//!
//! The gate directs no car to a pool: all pools in which the audience has an open window count as one. Cars of audiences
//! with windows only in other pools are assumed to stand there.

use std::iter::Peekable;
use std::{slice, vec};

use super::Audience;
use super::passage::{AccessRequest, AudienceCounts};
use super::plan::{AccessPlan, PlannedLimit};
use crate::ids::PoolId;
use crate::minute::{Minute, Minutes};
use crate::time::Timestamp;

const AUDIENCES: [Audience; 4] = [Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public];

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
            Some(room) if room <= 0 => {
                return StayLimit { until: minute, short: Some(StayLimitReason::Taken) };
            }
            Some(_) => {}
        }
        let next = pools.iter_mut().filter_map(PoolCursor::next_change).min();
        minute = next.map_or(until, |next| next.min(until));
    }
    StayLimit { until, short: None }
}

/// Cars inside.
struct CarsInside {
    total: i64,
    of: AudienceCounts,
}

impl CarsInside {
    /// If the audiences of the cars inside are unknown, all count for `audience`: they use up its quota and no kept space.
    fn of(passage: &AccessRequest<'_>, audience: Audience) -> Self {
        let occupied = passage.occupied.max(0);
        let mut of = AudienceCounts::default();
        let Some(inside) = passage.inside else {
            of.add(audience, occupied);
            return Self { total: occupied, of };
        };
        // After missed exits the admitted cars exceed the count. The count wins, because operators correct it. The excess
        // is removed from other audiences first: their kept spaces stay kept in full.
        let mut rest = occupied;
        let others = AUDIENCES.into_iter().rev().filter(|other| *other != audience);
        for known in std::iter::once(audience).chain(others) {
            let cars = inside.of(known).clamp(0, rest);
            of.add(known, cars);
            rest -= cars;
        }
        Self { total: occupied, of }
    }
}

/// Room for more cars of `audience` at one minute; absent if no window of it is open.
fn room(pools: &[PoolCursor<'_>], present: &CarsInside, audience: Audience) -> Option<i64> {
    let (open, other): (Vec<_>, Vec<_>) = pools.iter().partition(|pool| pool.quota(audience).is_some());
    if open.is_empty() {
        return None;
    }
    let here = PoolTotals::of(&open);
    let elsewhere = PoolTotals::of(&other);
    let away: i64 = AUDIENCES
        .into_iter()
        .filter(|other| here.quota.of(*other) == 0 && elsewhere.quota.of(*other) > 0)
        .map(|other| present.of.of(other))
        .sum();
    let kept: i64 = AUDIENCES
        .into_iter()
        .filter(|first| audience == Audience::Public && *first < audience)
        .map(|first| {
            let inside = (present.of.of(first) - elsewhere.quota.of(first)).max(0);
            (here.quota.of(first) - here.reserved.of(first) - inside).max(0)
        })
        .sum();
    let taken = present.total - away.min(elsewhere.capacity) + here.reserved.total();
    let in_quota = here.quota.of(audience) - present.of.of(audience) - here.reserved.of(audience);
    Some((here.capacity - taken - kept).min(in_quota))
}

/// Several pools as one.
#[derive(Default)]
struct PoolTotals {
    capacity: i64,
    quota: AudienceCounts,
    reserved: AudienceCounts,
}

impl PoolTotals {
    fn of(pools: &[&PoolCursor<'_>]) -> Self {
        let mut sum = Self::default();
        for pool in pools {
            sum.capacity += pool.limit.map_or(0, |limit| i64::from(limit.capacity));
            sum.reserved = sum.reserved + pool.reserved;
            for audience in AUDIENCES {
                sum.quota.add(audience, i64::from(pool.quota(audience).unwrap_or(0)));
            }
        }
        sum
    }
}

/// A pool that is stepped through time: its current limit and reservations, and the changes that follow.
struct PoolCursor<'a> {
    limit: Option<&'a PlannedLimit>,
    limits: Peekable<slice::Iter<'a, PlannedLimit>>,
    /// Reservations whose car is not inside yet.
    reserved: AudienceCounts,
    moves: Peekable<vec::IntoIter<(Timestamp, Audience, i64)>>,
}

impl<'a> PoolCursor<'a> {
    fn new(plan: &AccessPlan, passage: &AccessRequest<'_>, id: &PoolId, limits: &'a [PlannedLimit]) -> Self {
        let reservations = plan.sharing.reservations.iter();
        let absent = reservations.filter(|r| r.pool == *id && !passage.uses.contains_key(&r.id));
        let mut moves: Vec<_> =
            absent.flat_map(|r| [(r.from, r.audience, 1), (r.to, r.audience, -1)]).collect();
        moves.sort_unstable_by_key(|(at, ..)| *at);
        Self {
            limit: None,
            limits: limits.iter().peekable(),
            reserved: AudienceCounts::default(),
            moves: moves.into_iter().peekable(),
        }
    }

    fn quota(&self, audience: Audience) -> Option<u32> {
        self.limit.and_then(|limit| limit.quota.get(&audience)).copied()
    }

    fn advance(&mut self, to: Minute) {
        let to = to.timestamp();
        while let Some(limit) = self.limits.next_if(|limit| limit.from <= to) {
            self.limit = Some(limit);
        }
        while let Some((_, audience, cars)) = self.moves.next_if(|(at, ..)| *at <= to) {
            self.reserved.add(audience, cars);
        }
    }

    fn next_change(&mut self) -> Option<Minute> {
        let limit = self.limits.peek().map(|limit| limit.from);
        let moved = self.moves.peek().map(|(at, ..)| *at);
        limit.into_iter().chain(moved).min().map(Minute::ceil)
    }
}
