//! What one more car may take, for the book ([`crate::allocation`]) and for the gate ([`crate::access`]).
//!
//! At each minute a pool has a [`CapacityLimit`]: its spaces in service, and the quota of each audience with an open window. Against
//! it stand the [`TakenSpaces`]: reserved spaces and cars inside. [`CapacityLimit::room`] is the only function that compares
//! both. It holds the rules of invariant 4:
//!
//! - the pool never has more taken spaces than spaces in service;
//! - an audience never takes more than its quota;
//! - the untaken quotas of audiences before it ([`Audience`] is in order of priority) are kept for them ([`KeptRule`]).
//!
//! The book knows the pool of each taken space, and when each car inside should leave. The gate knows neither:
//!
//! - It counts a car inside as staying.
//! - It directs no car to a pool: the pools with an open window of the audience count as one ([`CapacityLimit::and`]). A car
//!   inside that may stand in them or elsewhere is *unplaced*: it takes a space and no part of a quota.
//!
//! So the gate may refuse a car for which the book has room, and never admits one that the limits forbid.

mod by_audience;
mod steps;
mod taken;

use serde::{Deserialize, Serialize};

use crate::audience::Audience;

pub use by_audience::{AudienceCounts, AudienceQuotas, ByAudience};
pub(crate) use by_audience::{IN_PRIORITY, before};
pub(crate) use steps::StepCursor;
pub use taken::TakenSpaces;
pub(crate) use taken::TakenTimeline;

/// Limits of one pool at one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CapacityLimit {
    /// Spaces in service.
    pub capacity: u32,
    /// Quotas of audiences with an open window.
    #[serde(with = "by_audience::open_quotas")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<Audience, u32>))]
    pub quota: AudienceQuotas,
}

/// From whom the untaken quotas of prior audiences are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptRule {
    /// From every later audience: a space is promised.
    EveryAudience,
    /// From the public only: a permit is a standing right, and its car leaves reserved spaces alone.
    PublicOnly,
}

impl KeptRule {
    fn applies_to(self, audience: Audience) -> bool {
        match self {
            Self::EveryAudience => true,
            Self::PublicOnly => audience == Audience::Public,
        }
    }
}

impl CapacityLimit {
    pub const fn is_open(&self, audience: Audience) -> bool {
        self.quota.get(audience).is_some()
    }

    /// How many more spaces `audience` may take beside `taken`; absent if no window of it is open.
    pub fn room(&self, taken: &TakenSpaces, audience: Audience, kept: KeptRule) -> Option<u32> {
        let quota = (*self.quota.get(audience))?;
        let kept = if kept.applies_to(audience) { self.kept_from(audience, taken) } else { 0 };
        let in_pool = self.capacity.saturating_sub(taken.total().saturating_add(kept));
        Some(in_pool.min(quota.saturating_sub(taken.of(audience))))
    }

    /// Untaken quotas of audiences before this one.
    fn kept_from(&self, audience: Audience, taken: &TakenSpaces) -> u32 {
        before(audience).fold(0, |sum, other| {
            let quota = self.quota.get(other).unwrap_or(0);
            sum.saturating_add(quota.saturating_sub(taken.of(other)))
        })
    }

    /// Two pools as one.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let sum = |audience| match (*self.quota.get(audience), *other.quota.get(audience)) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        Self { capacity: self.capacity.saturating_add(other.capacity), quota: ByAudience::from_fn(sum) }
    }
}

#[cfg(test)]
mod tests;
