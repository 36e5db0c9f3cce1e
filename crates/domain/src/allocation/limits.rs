//! What windows and closures allow in one pool: a step function like the timeline, computed once per layout.

use super::layout::{GarageLayout, SpaceClosure, SpacePool};
use crate::audience::Audience;
use crate::capacity::{AudienceQuotas, ByAudience, CapacityLimit, IN_PRIORITY};
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, MinuteSpan};
use crate::shared_window::{WindowOpening, WindowTerms};

/// An opening of this pool, reduced to the fields that the book needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PoolOpening {
    pub(super) window: WindowId,
    pub(super) span: MinuteSpan,
    pub(super) terms: WindowTerms,
    quota: u32,
}

impl From<&WindowOpening> for PoolOpening {
    fn from(opening: &WindowOpening) -> Self {
        Self {
            window: opening.window.clone(),
            span: opening.span,
            terms: opening.terms,
            quota: opening.quota,
        }
    }
}

/// Limits of one pool at all times.
#[derive(Debug, Clone, Default)]
pub(super) struct CapacitySchedule {
    /// Each limit with its first minute, in order. Before the first nothing is open.
    steps: Vec<(Minute, CapacityLimit)>,
    /// In order, not overlapping.
    openings: ByAudience<Vec<PoolOpening>>,
    closed: ByAudience<Vec<MinuteSpan>>,
}

impl CapacitySchedule {
    pub(super) fn of(layout: &GarageLayout, id: &PoolId, pool: &SpacePool) -> Self {
        let mut limits = Self::default();
        for opening in layout.openings.iter().filter(|opening| opening.pool == *id) {
            limits.openings.get_mut(opening.audience).push(PoolOpening::from(opening));
        }
        let here = |closure: &&SpaceClosure| closure.pool.as_ref().is_none_or(|p| p == id);
        let closures: Vec<_> = layout.closures.iter().filter(here).collect();
        for audience in IN_PRIORITY {
            limits.openings.get_mut(audience).sort_by_key(|open| open.span);
            *limits.closed.get_mut(audience) = closed_for(audience, &closures);
        }
        limits.steps = limits.made_steps(pool, &closures);
        limits
    }

    fn made_steps(&self, pool: &SpacePool, closures: &[&SpaceClosure]) -> Vec<(Minute, CapacityLimit)> {
        let opened = IN_PRIORITY.into_iter().flat_map(|a| self.openings.get(a)).map(|open| open.span);
        let mut borders: Vec<_> = opened
            .chain(closures.iter().map(|closure| closure.span))
            .flat_map(|span| [span.from(), span.until()])
            .collect();
        borders.sort_unstable();
        borders.dedup();
        borders.into_iter().map(|minute| (minute, self.made_limit(pool, closures, minute))).collect()
    }

    fn made_limit(&self, pool: &SpacePool, closures: &[&SpaceClosure], minute: Minute) -> CapacityLimit {
        let mut limit = CapacityLimit { capacity: pool.size, ..CapacityLimit::default() };
        for audience in IN_PRIORITY {
            let open = self.opening_at(audience, minute);
            *limit.quota.get_mut(audience) = open.map(|open| open.quota);
        }
        for closure in closures.iter().filter(|closure| closure.span.contains(minute)) {
            close(&mut limit, closure);
        }
        limit
    }

    pub(super) fn at(&self, minute: Minute) -> CapacityLimit {
        let after = self.steps.partition_point(|(from, _)| *from <= minute);
        after
            .checked_sub(1)
            .and_then(|i| self.steps.get(i))
            .map_or_else(CapacityLimit::default, |(_, limit)| *limit)
    }

    /// Changes of the limit after `span` has begun and before it ends.
    pub(super) fn changes_within(&self, span: MinuteSpan) -> impl Iterator<Item = (Minute, CapacityLimit)> {
        let first = self.steps.partition_point(|(from, _)| *from <= span.from());
        let rest = self.steps.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(from, _)| *from < span.until()).copied()
    }

    /// The last change: the end of the last window or closure.
    pub(super) fn end(&self) -> Option<Minute> {
        self.steps.last().map(|(minute, _)| *minute)
    }

    pub(super) fn opening_at(&self, audience: Audience, minute: Minute) -> Option<&PoolOpening> {
        self.openings_from(audience, minute).first().filter(|open| open.span.contains(minute))
    }

    /// Openings that end after `minute`.
    pub(super) fn openings_from(&self, audience: Audience, minute: Minute) -> &[PoolOpening] {
        let openings = self.openings.get(audience);
        let first = openings.partition_point(|open| open.span.until() <= minute);
        openings.get(first..).unwrap_or_default()
    }

    /// End of the opening at `minute` and of those that adjoin it without a gap.
    pub(super) fn open_until(&self, audience: Audience, minute: Minute) -> Option<Minute> {
        let (first, rest) = self.openings_from(audience, minute).split_first()?;
        if !first.span.contains(minute) {
            return None;
        }
        let mut until = first.span.until();
        for open in rest {
            if open.span.from() > until {
                break;
            }
            until = until.max(open.span.until());
        }
        Some(until)
    }

    /// The first closure that overlaps `span`.
    pub(super) fn closed_within(&self, audience: Audience, span: MinuteSpan) -> Option<MinuteSpan> {
        self.closed.get(audience).iter().copied().find(|closed| closed.overlaps(span))
    }
}

/// Applies a closure that is current.
fn close(limit: &mut CapacityLimit, closure: &SpaceClosure) {
    match (closure.audience, closure.spaces) {
        (None, Some(spaces)) => limit.capacity = limit.capacity.saturating_sub(spaces),
        (None, None) => limit.quota = AudienceQuotas::default(),
        (Some(audience), Some(spaces)) => {
            let quota = limit.quota.get_mut(audience);
            *quota = quota.map(|quota| quota.saturating_sub(spaces));
        }
        (Some(audience), None) => *limit.quota.get_mut(audience) = None,
    }
}

fn closed_for(audience: Audience, closures: &[&SpaceClosure]) -> Vec<MinuteSpan> {
    let whole = |closure: &&&SpaceClosure| {
        closure.spaces.is_none() && closure.audience.is_none_or(|closed| closed == audience)
    };
    let mut closed: Vec<_> = closures.iter().filter(whole).map(|closure| closure.span).collect();
    closed.sort_unstable();
    closed
}

impl GarageLayout {
    /// The limits of a pool, each with its first minute, in order. Before the first nothing is open.
    pub fn limits(&self, id: &PoolId) -> Vec<(Minute, CapacityLimit)> {
        self.pools.get(id).map(|pool| CapacitySchedule::of(self, id, pool).steps).unwrap_or_default()
    }
}
