//! Recurring local times in which a garage is open to an audience, made absolute.
//!
//! A window belongs to the local day on which it starts and may cross midnight.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::access::{Audience, Opening};
use crate::time::Timestamp;

/// Minutes of a day: the longest window is one day, so that two days' windows never overlap themselves.
const DAY: u32 = 24 * 60;

/// Days of the week on which a window starts; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekdays(u8);

impl Weekdays {
    pub const ALL: Self = Self(0b111_1111);
    pub const SCHOOL_WEEK: Self = Self(0b001_1111);

    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }
}

/// Why a window cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    #[error("weekdays are bits 0 (Monday) to 6 (Sunday), at least one of them")]
    Weekdays,
    #[error("start must be a minute of the day, 0 to 1439")]
    Start,
    #[error("length must be 1 to 1440 minutes")]
    Length,
}

impl TryFrom<u8> for Weekdays {
    type Error = WindowError;
    fn try_from(bits: u8) -> Result<Self, WindowError> {
        if bits == 0 || bits > Self::ALL.0 { Err(WindowError::Weekdays) } else { Ok(Self(bits)) }
    }
}

impl From<Weekdays> for u8 {
    fn from(days: Weekdays) -> u8 {
        days.0
    }
}

/// One weekly rule: on these days, from this local minute, this long, for this audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyWindow {
    audience: Audience,
    days: Weekdays,
    start: NaiveTime,
    length_minutes: u32,
}

impl WeeklyWindow {
    pub fn new(
        audience: Audience,
        days: Weekdays,
        start_minute: u32,
        length_minutes: u32,
    ) -> Result<Self, WindowError> {
        let start = NaiveTime::from_num_seconds_from_midnight_opt(start_minute.saturating_mul(60), 0)
            .ok_or(WindowError::Start)?;
        if length_minutes == 0 || length_minutes > DAY {
            return Err(WindowError::Length);
        }
        Ok(Self { audience, days, start, length_minutes })
    }

    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// The openings that start on `count` local days from `first` on.
    pub fn openings(&self, first: NaiveDate, count: u32) -> Vec<Opening> {
        first
            .iter_days()
            .take(count as usize)
            .filter(|day| self.days.contains(day.weekday()))
            .map(|day| self.opening_on(day))
            .collect()
    }

    fn opening_on(&self, day: NaiveDate) -> Opening {
        let from = Timestamp::from_local(day.and_time(self.start));
        let length = std::time::Duration::from_secs(u64::from(self.length_minutes) * 60);
        Opening::new(self.audience, from, from + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_window_may_cross_midnight_and_belongs_to_its_start_day() {
        // 18:00-07:30, Friday only; 2026-11-27 is a Friday.
        let window =
            WeeklyWindow::new(Audience::Public, Weekdays::try_from(0b1_0000).unwrap(), 18 * 60, 810).unwrap();
        let openings = window.openings(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), 7);
        assert_eq!(openings.len(), 1);
        let friday = &openings[0];
        assert_eq!(friday.from, at("2026-11-27T18:00:00+08:00"));
        assert_eq!(friday.to, at("2026-11-28T07:30:00+08:00"));
        assert!(friday.contains(at("2026-11-28T07:29:59+08:00")));
        assert!(!friday.contains(at("2026-11-28T07:30:00+08:00")));
    }

    #[test]
    fn impossible_windows_are_refused() {
        let days = Weekdays::ALL;
        assert_eq!(WeeklyWindow::new(Audience::Public, days, 1440, 10), Err(WindowError::Start));
        assert_eq!(WeeklyWindow::new(Audience::Public, days, 0, 0), Err(WindowError::Length));
        assert_eq!(WeeklyWindow::new(Audience::Public, days, 0, 1441), Err(WindowError::Length));
        assert_eq!(Weekdays::try_from(0), Err(WindowError::Weekdays));
    }
}
