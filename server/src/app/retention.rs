//! How long personal data is kept (invariant 9).

use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Ages after which data is purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionPeriods {
    /// Plates of gate events and visits, and excerpts of dead letters; the counts they led to stay.
    pub plates: Duration,
    /// Arrivals with their feed: who picked up whom, and when.
    pub arrivals: Duration,
    /// The audit log and the reasons that operators have written: longer than the data that they describe, so that a late
    /// complaint can be investigated.
    pub audit: Duration,
}

impl Default for RetentionPeriods {
    fn default() -> Self {
        Self { plates: DAY * 30, arrivals: DAY * 180, audit: DAY * 730 }
    }
}
