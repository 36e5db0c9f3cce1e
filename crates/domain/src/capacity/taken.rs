//! Taken spaces of a pool at each minute: a step function.
//!
//! It holds a step only where the level changes. Two timelines of the same stays are therefore equal, whatever the order in
//! which stays were added and removed. Reading an interval costs one search, then one step per change in it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::by_audience::{ByAudience, IN_PRIORITY};
use crate::audience::Audience;
use crate::minute::{Minute, MinuteSpan};

/// Taken spaces at one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenSpaces {
    by_audience: ByAudience<u32>,
    /// Cars that may take a space of this pool and no part of a quota. The book knows the pool of each car and has none.
    unplaced: u32,
}

impl TakenSpaces {
    pub fn new(by_audience: ByAudience<u32>, unplaced: u32) -> Self {
        Self { by_audience, unplaced }
    }

    pub fn of(&self, audience: Audience) -> u32 {
        *self.by_audience.get(audience)
    }

    pub fn total(&self) -> u32 {
        IN_PRIORITY.into_iter().fold(self.unplaced, |sum, audience| sum.saturating_add(self.of(audience)))
    }

    /// The taken spaces of two pools.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            by_audience: ByAudience::from_fn(|audience| self.of(audience).saturating_add(other.of(audience))),
            unplaced: self.unplaced.saturating_add(other.unplaced),
        }
    }

    fn raise(&mut self, audience: Audience) {
        let taken = self.by_audience.get_mut(audience);
        *taken = taken.saturating_add(1);
    }

    fn lower(&mut self, audience: Audience) {
        let taken = self.by_audience.get_mut(audience);
        debug_assert!(*taken > 0, "gave back what was not taken");
        *taken = taken.saturating_sub(1);
    }
}

/// Taken spaces of one pool, at all times.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TakenTimeline {
    /// Each level with its first minute. Before the first nothing is taken.
    steps: BTreeMap<Minute, TakenSpaces>,
}

impl TakenTimeline {
    pub(crate) const fn new() -> Self {
        Self { steps: BTreeMap::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn take(&mut self, span: MinuteSpan, audience: Audience) {
        self.shift(span, |level| level.raise(audience));
    }

    pub(crate) fn give_back(&mut self, span: MinuteSpan, audience: Audience) {
        self.shift(span, |level| level.lower(audience));
    }

    /// Each level with its first minute, in order.
    pub(crate) fn into_steps(self) -> impl Iterator<Item = (Minute, TakenSpaces)> {
        self.steps.into_iter()
    }

    pub(crate) fn level_at(&self, minute: Minute) -> TakenSpaces {
        self.steps.range(..=minute).next_back().map_or_else(TakenSpaces::default, |(_, level)| *level)
    }

    /// Changes of the level after `span` has begun and before it ends.
    pub(crate) fn changes_within(&self, span: MinuteSpan) -> impl Iterator<Item = (Minute, TakenSpaces)> {
        let inner = (Bound::Excluded(span.from()), Bound::Excluded(span.until()));
        self.steps.range(inner).map(|(minute, level)| (*minute, *level))
    }

    /// Builds the timeline of many stays at once, faster than adding them one by one.
    pub(crate) fn of(stays: impl IntoIterator<Item = (MinuteSpan, Audience)>) -> Self {
        let mut moves = Vec::new();
        for (span, audience) in stays {
            moves.push((span.from(), audience, TakenSpaces::raise as fn(&mut TakenSpaces, Audience)));
            moves.push((span.until(), audience, TakenSpaces::lower));
        }
        // Each stay's start sorts before its end, because its end lies at a later minute.
        moves.sort_by_key(|(minute, ..)| *minute);
        let mut timeline = Self::new();
        let mut level = TakenSpaces::default();
        for same_minute in moves.chunk_by(|(a, ..), (b, ..)| a == b) {
            let former = level;
            same_minute.iter().for_each(|(_, audience, turn)| turn(&mut level, *audience));
            if let Some((minute, ..)) = same_minute.first().filter(|_| level != former) {
                timeline.steps.insert(*minute, level);
            }
        }
        timeline
    }

    fn shift(&mut self, span: MinuteSpan, turn: impl Fn(&mut TakenSpaces)) {
        self.split(span.from());
        self.split(span.until());
        self.steps.range_mut(span.from()..span.until()).for_each(|(_, level)| turn(level));
        self.join(span.from());
        self.join(span.until());
    }

    fn split(&mut self, at: Minute) {
        let level = self.level_at(at);
        self.steps.entry(at).or_insert(level);
    }

    /// Removes a step at which nothing changes.
    fn join(&mut self, at: Minute) {
        let before =
            self.steps.range(..at).next_back().map_or_else(TakenSpaces::default, |(_, level)| *level);
        if self.steps.get(&at) == Some(&before) {
            self.steps.remove(&at);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stay() -> impl Strategy<Value = (MinuteSpan, Audience)> {
        let audience = prop::sample::select(IN_PRIORITY.to_vec());
        (0_i64..60, 1_i64..20, audience).prop_map(|(from, length, audience)| {
            (MinuteSpan::new(Minute::new(from), Minute::new(from + length)).unwrap(), audience)
        })
    }

    proptest! {
        #[test]
        fn it_agrees_with_an_array_of_minutes(stays in prop::collection::vec(stay(), 0..40)) {
            let timeline = TakenTimeline::of(stays.clone());
            for minute in 0..100 {
                let minute = Minute::new(minute);
                for audience in IN_PRIORITY {
                    let here = stays.iter().filter(|(span, a)| *a == audience && span.contains(minute)).count();
                    prop_assert_eq!(timeline.level_at(minute).of(audience) as usize, here);
                }
            }
        }

        #[test]
        fn what_was_given_back_leaves_no_trace(kept in prop::collection::vec(stay(), 0..20), gone in prop::collection::vec(stay(), 0..20)) {
            let mut timeline = TakenTimeline::new();
            for (span, audience) in gone.iter().chain(&kept) {
                timeline.take(*span, *audience);
            }
            for (span, audience) in &gone {
                timeline.give_back(*span, *audience);
            }
            prop_assert_eq!(timeline, TakenTimeline::of(kept));
        }
    }
}
