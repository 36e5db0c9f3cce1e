//! Queries of free spaces, forecasts and cars that must leave.

use std::cmp::Reverse;

use super::AllocationBook;
use crate::allocation::entry::{BookEntry, EntryPhase};
use crate::allocation::limits::CapacitySchedule;
use crate::allocation::request::FreeSpaceSlot;
use crate::allocation::room::{self, RoomInterval};
use crate::audience::Audience;
use crate::ids::PoolId;
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::time::Timestamp;

/// Range of starts to search, both ends included.
pub(super) struct StartRange {
    pub(super) from: Minute,
    pub(super) latest: Minute,
    /// If present, starts beyond the horizon from `now` are excluded.
    pub(super) now: Option<Minute>,
}

impl AllocationBook {
    /// Minimum of spaces that the audience can still take over the minutes of `span`; 0 where no window is open.
    pub fn free(&self, pool: &PoolId, audience: Audience, span: MinuteSpan) -> u32 {
        self.stretches(pool, audience, span).map(|stretch| stretch.room).min().unwrap_or(0)
    }

    /// The earliest start from `from` on at which windows, terms and room allow a stay of this length, in one pool or in any.
    /// The horizon of reservations is not checked: `from` is not the current time.
    pub fn next_start(
        &self,
        pool: Option<&PoolId>,
        audience: Audience,
        length: Minutes,
        from: Minute,
    ) -> Option<Minute> {
        let pools = self.limits.iter().filter(|(id, _)| pool.is_none_or(|asked| asked == *id));
        let next = |(id, limits): (&PoolId, &CapacitySchedule)| {
            let starts = StartRange { from, latest: limits.end()?, now: None };
            self.next_of(id, audience, length, &starts)
        };
        pools.filter_map(next).min()
    }

    pub(super) fn next_of(
        &self,
        pool: &PoolId,
        audience: Audience,
        length: Minutes,
        starts: &StartRange,
    ) -> Option<Minute> {
        let limits = self.limits.get(pool)?;
        let range = MinuteSpan::new(starts.from, starts.latest + length).ok()?;
        // The earliest start since which all intervals have room and that terms have not excluded.
        let mut start: Option<Minute> = None;
        for stretch in self.stretches(pool, audience, range) {
            if stretch.room == 0 {
                start = None;
                continue;
            }
            let mut candidate = start.unwrap_or(stretch.from);
            while candidate + length <= stretch.until {
                let open = limits.opening_at(audience, candidate)?;
                match open.start_or_later(candidate, length, starts.now) {
                    Ok(()) => return Some(candidate),
                    Err(later) => candidate = later,
                }
            }
            start = Some(candidate);
        }
        None
    }

    /// Free spaces in `count` steps of length `step` from `from` on.
    pub fn forecast(
        &self,
        pool: &PoolId,
        audience: Audience,
        from: Minute,
        step: Minutes,
        count: usize,
    ) -> Vec<FreeSpaceSlot> {
        let starts = std::iter::successors(Some(from), |minute| Some(*minute + step));
        let steps = starts.take(count).filter_map(|start| MinuteSpan::new(start, start + step).ok());
        steps.map(|span| self.slot(pool, audience, span)).collect()
    }

    fn slot(&self, pool: &PoolId, audience: Audience, span: MinuteSpan) -> FreeSpaceSlot {
        let closed = FreeSpaceSlot { from: span.from(), free: 0, open: false };
        let all = self.stretches(pool, audience, span).map(|s| FreeSpaceSlot {
            from: span.from(),
            free: s.room,
            open: s.open,
        });
        all.reduce(|a, b| FreeSpaceSlot { from: a.from, free: a.free.min(b.free), open: a.open && b.open })
            .unwrap_or(closed)
    }

    /// Cars inside that must leave by `by`: overstaying cars first, then by end.
    pub fn clearing(&self, by: Minute) -> Vec<&BookEntry> {
        let inside = self.index.inside().filter_map(|id| self.entry(id));
        let mut leaving: Vec<_> = inside.filter(|entry| entry.span.until() <= by).collect();
        leaving.sort_by_key(|entry| {
            (Reverse(entry.phase() == EntryPhase::Overstayed), entry.span.until(), entry.id)
        });
        leaving
    }

    /// How many cars without a reservation may enter now, and their latest exit. Absent if none may: no window admits them,
    /// a lock-out is active, no space is free, or the shortest stay would not end in time.
    pub fn room_for_walk_in(
        &self,
        pool: &PoolId,
        audience: Audience,
        now: Timestamp,
    ) -> Option<(u32, Minute)> {
        let from = Minute::floor(now);
        let open = self.limits.get(pool)?.opening_at(audience, from)?;
        if !open.terms.walk_in || open.lock_at(from).is_some() {
            return None;
        }
        let until = self.leave_by(pool, audience, from)?;
        let stay = MinuteSpan::new(from, until).ok().filter(|stay| stay.length() >= open.terms.min_stay)?;
        let room = self.free(pool, audience, stay);
        (room > 0).then_some((room, until))
    }

    fn stretches(
        &self,
        pool: &PoolId,
        audience: Audience,
        span: MinuteSpan,
    ) -> impl Iterator<Item = RoomInterval> {
        let limits = self.limits.get(pool);
        let timeline = self.index.timeline(pool);
        limits.into_iter().flat_map(move |limits| room::stretches(limits, timeline, audience, span))
    }
}
