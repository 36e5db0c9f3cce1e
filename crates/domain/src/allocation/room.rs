//! Room: how many spaces an audience may still take at each minute, from a pool's limits and its timeline.

use super::limits::CapacitySchedule;
use crate::audience::Audience;
use crate::capacity::{KeptRule, StepCursor, TakenTimeline};
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
        let room = limit.value().room(&level.value(), audience, KeptRule::EveryAudience);
        let next = limit.next_change().into_iter().chain(level.next_change()).min();
        let until = next.unwrap_or(span.until());
        let stretch = RoomInterval { from, until, room: room.unwrap_or(0), open: room.is_some() };
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
