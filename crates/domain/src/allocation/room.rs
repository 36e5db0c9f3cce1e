//! Room: how many spaces an audience may still take at each minute, from a pool's limits and its timeline.

use std::iter::Peekable;

use super::limits::{CapacityLimit, CapacitySchedule};
use super::timeline::{TakenSpaces, TakenTimeline};
use crate::audience::Audience;
use crate::minute::{Minute, MinuteSpan};

/// An interval with constant room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RoomInterval {
    pub(super) from: Minute,
    pub(super) until: Minute,
    pub(super) room: u32,
    pub(super) open: bool,
}

/// The intervals of constant room that make up `span`, without a gap.
pub(super) fn stretches(
    limits: &CapacitySchedule,
    timeline: &TakenTimeline,
    audience: Audience,
    span: MinuteSpan,
) -> impl Iterator<Item = RoomInterval> {
    let mut limit = StepCursor::new(limits.at(span.from()), limits.changes_within(span));
    let mut level = StepCursor::new(timeline.level_at(span.from()), timeline.changes_within(span));
    let mut from = span.from();
    std::iter::from_fn(move || {
        if from >= span.until() {
            return None;
        }
        let (limit_now, level_now): (CapacityLimit, TakenSpaces) = (limit.value, level.value);
        let until = limit.next_change(span).min(level.next_change(span));
        let stretch = RoomInterval {
            from,
            until,
            room: limit_now.room(&level_now, audience),
            open: limit_now.is_open(audience),
        };
        limit.advance(until);
        level.advance(until);
        from = until;
        Some(stretch)
    })
}

/// The first minute of `span` without room.
pub(super) fn first_full(
    limits: &CapacitySchedule,
    timeline: &TakenTimeline,
    audience: Audience,
    span: MinuteSpan,
) -> Option<Minute> {
    stretches(limits, timeline, audience, span).find(|stretch| stretch.room == 0).map(|stretch| stretch.from)
}

/// Cursor over a step function: the current value and the changes that follow.
struct StepCursor<T, I: Iterator<Item = (Minute, T)>> {
    value: T,
    changes: Peekable<I>,
}

impl<T, I: Iterator<Item = (Minute, T)>> StepCursor<T, I> {
    fn new(value: T, changes: I) -> Self {
        Self { value, changes: changes.peekable() }
    }

    fn next_change(&mut self, span: MinuteSpan) -> Minute {
        self.changes.peek().map_or(span.until(), |(minute, _)| *minute)
    }

    fn advance(&mut self, to: Minute) {
        if let Some((_, value)) = self.changes.next_if(|(minute, _)| *minute <= to) {
            self.value = value;
        }
    }
}
