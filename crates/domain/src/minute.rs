//! Time to the minute: spaces are shared in whole minutes, so that an end and the next start meet exactly.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::{SHANGHAI_SECONDS, Timestamp};

const MICROS: i64 = 60 * 1_000_000;

/// A whole minute, counted from 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Minute(i64);

impl Minute {
    pub const fn new(since_1970: i64) -> Self {
        Self(since_1970)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// The minute in which `at` lies.
    pub fn floor(at: Timestamp) -> Self {
        Self(at.micros().div_euclid(MICROS))
    }

    /// The first minute that does not begin before `at`.
    pub fn ceil(at: Timestamp) -> Self {
        Self(at.micros().saturating_add(MICROS - 1).div_euclid(MICROS))
    }

    /// The minute that begins exactly at `at`; absent if `at` has seconds.
    pub fn exact(at: Timestamp) -> Option<Self> {
        (at.micros().rem_euclid(MICROS) == 0).then(|| Self::floor(at))
    }

    /// Minutes since midnight at the garage.
    pub fn local_minute_of_day(self) -> i64 {
        self.0.saturating_add(i64::from(SHANGHAI_SECONDS / 60)).rem_euclid(24 * 60)
    }

    pub const fn timestamp(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(MICROS))
    }
}

/// A length in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Minutes(pub u32);

impl Minutes {
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64 * 60)
    }
}

impl Add<Minutes> for Minute {
    type Output = Self;
    fn add(self, length: Minutes) -> Self {
        Self(self.0.saturating_add(i64::from(length.0)))
    }
}

impl Sub<Minutes> for Minute {
    type Output = Self;
    fn sub(self, length: Minutes) -> Self {
        Self(self.0.saturating_sub(i64::from(length.0)))
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} min", self.0)
    }
}

/// A half-open interval `[from, until)` of at least one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MinuteSpan {
    from: Minute,
    until: Minute,
}

/// Error of an interval that does not end after it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must end after it begins")]
pub struct EmptySpan;

impl MinuteSpan {
    pub fn new(from: Minute, until: Minute) -> Result<Self, EmptySpan> {
        if from < until { Ok(Self { from, until }) } else { Err(EmptySpan) }
    }

    /// The interval of one minute from `from` on.
    pub fn starting(from: Minute) -> Self {
        Self { from, until: from + Minutes(1) }
    }

    pub const fn from(self) -> Minute {
        self.from
    }

    pub const fn until(self) -> Minute {
        self.until
    }

    pub fn length(self) -> Minutes {
        Minutes(u32::try_from(self.until.0.saturating_sub(self.from.0)).unwrap_or(u32::MAX))
    }

    pub fn contains(self, at: Minute) -> bool {
        self.from <= at && at < self.until
    }

    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// The common part; absent if the spans do not overlap.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, until: i64) -> MinuteSpan {
        MinuteSpan::new(Minute::new(from), Minute::new(until)).unwrap()
    }

    #[test]
    fn an_end_and_the_next_start_meet_without_overlap() {
        assert!(!span(0, 10).overlaps(span(10, 20)));
        assert!(span(0, 11).overlaps(span(10, 20)));
        assert_eq!(span(0, 15).intersection(span(10, 20)), Some(span(10, 15)));
        assert_eq!(MinuteSpan::new(Minute::new(3), Minute::new(3)), Err(EmptySpan));
    }

    #[test]
    fn seconds_are_rounded_on_purpose() {
        let at = Timestamp::parse("2026-11-23T15:30:30+08:00").unwrap();
        assert_eq!(Minute::exact(at), None);
        assert_eq!(Minute::ceil(at), Minute::floor(at) + Minutes(1));
        assert_eq!(Minute::exact(Minute::floor(at).timestamp()), Some(Minute::floor(at)));
    }
}
