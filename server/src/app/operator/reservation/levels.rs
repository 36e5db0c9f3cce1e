//! Levels of a pool in the course of a day: spaces taken in the past, now and in the future, from the stored stays.
//!
//! The book no longer contains stays that have ended, so the levels are computed from the rows: each takes a space from
//! the start to the end of its use.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Audience;
use domain::allocation::entry::{BookEntry, EntryState};
use domain::allocation::layout::{GarageLayout, SpaceClosure};
use domain::ids::PoolId;
use domain::minute::{Minute, MinuteSpan};
use protocol::reservation::operator::PoolLevel;

/// Spaces that an audience may take of a pool at that minute, by its window and the closures.
pub(super) fn quota_at(layout: &GarageLayout, pool: &PoolId, audience: Audience, at: Minute) -> u32 {
    let opening = layout
        .openings
        .iter()
        .find(|opening| opening.pool == *pool && opening.audience == audience && opening.span.contains(at));
    let closures = closures_at(layout, pool, at);
    let shut = closures
        .iter()
        .any(|closure| closure.spaces.is_none() && closure.audience.is_none_or(|closed| closed == audience));
    let fewer: u32 =
        closures.iter().filter(|closure| closure.audience == Some(audience)).filter_map(|c| c.spaces).sum();
    if shut { 0 } else { opening.map_or(0, |opening| opening.quota.saturating_sub(fewer)) }
}

fn closures_at<'a>(layout: &'a GarageLayout, pool: &PoolId, at: Minute) -> Vec<&'a SpaceClosure> {
    let here = |closure: &&SpaceClosure| {
        closure.pool.as_ref().is_none_or(|closed| closed == pool) && closure.span.contains(at)
    };
    layout.closures.iter().filter(here).collect()
}

/// Spaces of the pool that are closed for all audiences at that minute.
pub(super) fn out_of_service_at(layout: &GarageLayout, pool: &PoolId, at: Minute) -> u32 {
    let size = layout.pools.get(pool).map_or(0, |pool| pool.size);
    let for_all = closures_at(layout, pool, at).into_iter().filter(|closure| closure.audience.is_none());
    let closed: u32 = for_all.map(|closure| closure.spaces.unwrap_or(size)).fold(0, u32::saturating_add);
    closed.min(size)
}

/// The time in which a stay takes or has taken a space; `None` if it takes none.
pub(super) fn taken(entry: &BookEntry) -> Option<MinuteSpan> {
    let ended = match entry.state {
        EntryState::Completed { at } | EntryState::NoShow { at } => Minute::ceil(at),
        EntryState::Cancelled { .. } | EntryState::Waiting => return None,
        EntryState::Held { .. }
        | EntryState::Confirmed { .. }
        | EntryState::CheckedIn { .. }
        | EntryState::Overstayed { .. } => {
            return entry.taken;
        }
    };
    MinuteSpan::new(entry.span.from().min(ended), ended).ok()
}

/// Levels of a pool during `day`: one at its first minute and one at each change.
pub(super) fn course(
    layout: &GarageLayout,
    pool: &PoolId,
    stays: &[(MinuteSpan, Audience)],
    day: MinuteSpan,
) -> Vec<PoolLevel> {
    let within = |minute: &Minute| day.contains(*minute);
    let closed = layout.closures.iter().map(|closure| closure.span);
    let opened = layout.openings.iter().filter(|opening| opening.pool == *pool).map(|opening| opening.span);
    let taken = stays.iter().map(|(span, _)| *span);
    let borders = taken.chain(opened).chain(closed).flat_map(|span| [span.from(), span.until()]);
    let minutes: BTreeSet<Minute> = borders.filter(within).chain([day.from()]).collect();
    let mut changes = changes(stays, day);
    let mut now: BTreeMap<Audience, i64> = BTreeMap::new();
    let mut levels: Vec<PoolLevel> = Vec::new();
    for minute in minutes {
        while let Some(first) = changes.first_entry().filter(|first| *first.key() <= minute) {
            for (audience, delta) in first.remove() {
                *now.entry(audience).or_default() += delta;
            }
        }
        push(&mut levels, level(layout, pool, &now, minute));
    }
    levels
}

/// Changes by minute and audience. A stay that began before the day begins with it.
fn changes(stays: &[(MinuteSpan, Audience)], day: MinuteSpan) -> BTreeMap<Minute, Vec<(Audience, i64)>> {
    let mut changes: BTreeMap<Minute, Vec<(Audience, i64)>> = BTreeMap::new();
    for (span, audience) in stays {
        if let Some(part) = span.intersection(day) {
            changes.entry(part.from()).or_default().push((*audience, 1));
            changes.entry(part.until()).or_default().push((*audience, -1));
        }
    }
    changes
}

fn level(layout: &GarageLayout, pool: &PoolId, now: &BTreeMap<Audience, i64>, at: Minute) -> PoolLevel {
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    let taken: Vec<_> = now.iter().filter(|(_, n)| **n > 0).map(|(a, n)| (*a, count(*n))).collect();
    let pickup = now.get(&Audience::Pickup).copied().map_or(0, count);
    PoolLevel {
        from: at.timestamp(),
        taken,
        kept: quota_at(layout, pool, Audience::Pickup, at).saturating_sub(pickup),
        out_of_service: out_of_service_at(layout, pool, at),
    }
}

fn push(levels: &mut Vec<PoolLevel>, level: PoolLevel) {
    let same = |last: &PoolLevel| {
        (&last.taken, last.kept, last.out_of_service) == (&level.taken, level.kept, level.out_of_service)
    };
    if !levels.last().is_some_and(same) {
        levels.push(level);
    }
}

#[cfg(test)]
mod tests {
    use domain::allocation::layout::SpacePool;

    use super::*;

    fn span(from: i64, until: i64) -> MinuteSpan {
        MinuteSpan::new(Minute::new(from), Minute::new(until)).unwrap()
    }

    #[test]
    fn a_course_has_a_level_at_each_change() {
        let pool = PoolId::parse("main").unwrap();
        let closure = SpaceClosure { pool: None, audience: None, span: span(30, 40), spaces: Some(2) };
        let size = SpacePool { size: 10, spaces: Vec::new() };
        let layout = GarageLayout {
            pools: [(pool.clone(), size)].into(),
            closures: vec![closure],
            ..GarageLayout::default()
        };
        let stays = [(span(-10, 20), Audience::Public), (span(10, 20), Audience::Staff)];
        let course = course(&layout, &pool, &stays, span(0, 100));
        let seen: Vec<_> = course
            .iter()
            .map(|level| (Minute::floor(level.from).get(), level.taken.len(), level.out_of_service))
            .collect();
        assert_eq!(seen, [(0, 1, 0), (10, 2, 0), (20, 0, 0), (30, 0, 2), (40, 0, 0)]);
    }
}
