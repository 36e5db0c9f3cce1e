//! The effect of a passage on the number of cars inside, and the published number of open spaces.
//!
//! The raw count may be wrong (a missed exit, a car that was inside before the first event). It is stored unchanged and
//! clamped only when published, so that an operator sees the error.

use serde::{Deserialize, Serialize};

/// Direction in which cars use a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LaneDirection {
    In,
    Out,
}

impl LaneDirection {
    /// Change of the count per passed car.
    pub fn delta(self) -> i64 {
        match self {
            Self::In => 1,
            Self::Out => -1,
        }
    }
}

/// How a lane detects that a car has passed. An opened barrier alone is no proof (invariant 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassDetection {
    /// The lane has no loop: an admitted plate counts as passed.
    #[default]
    Plate,
    /// A loop behind the barrier sends a `pass` event of its own.
    Loop,
}

/// Open spaces for signs and feeds: within `0..=capacity` for any raw count.
pub fn open_spaces(capacity: u32, occupied: i64) -> u32 {
    let occupied = u32::try_from(occupied.max(0)).unwrap_or(u32::MAX);
    capacity.saturating_sub(occupied)
}

/// Whether a raw count is possible; if not, an operator is notified.
pub fn is_plausible(capacity: u32, occupied: i64) -> bool {
    (0..=i64::from(capacity)).contains(&occupied)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_published_is_never_negative_nor_above_capacity(capacity in 0u32..10_000, raw in any::<i64>()) {
            prop_assert!(open_spaces(capacity, raw) <= capacity);
        }
    }

    #[test]
    fn a_count_outside_the_garage_is_noticed() {
        assert!(is_plausible(107, 107));
        assert!(!is_plausible(107, 108));
        assert!(!is_plausible(107, -1));
        assert_eq!(open_spaces(107, -1), 107);
    }
}
