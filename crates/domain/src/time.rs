//! One instant type for the whole system, to the microsecond, and the local time of the garages.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Asia/Shanghai: UTC+8 without daylight saving since 1991, so a fixed offset is sufficient.
pub(crate) const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// An instant, UTC, whole microseconds. RFC 3339 in JSON, `bigint` microseconds in the databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Time passed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Parses RFC 3339 with any offset; digits beyond the microsecond are cut.
    pub fn parse(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|t| Self(t.timestamp_micros()))
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    fn local(self) -> DateTime<FixedOffset> {
        match FixedOffset::east_opt(SHANGHAI_SECONDS) {
            Some(offset) => self.utc().with_timezone(&offset),
            None => self.utc().fixed_offset(),
        }
    }

    /// The calendar day at the garage.
    pub fn local_date(self) -> NaiveDate {
        self.local().date_naive()
    }

    /// `HH:MM` at the garage, for displays and messages.
    pub fn local_hhmm(self) -> String {
        let local = self.local();
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// `HH:MM:SS` at the garage, for lines of a log that people read.
    pub fn local_hhmmss(self) -> String {
        format!("{}:{:02}", self.local_hhmm(), self.local().second())
    }

    /// The instant of a local wall-clock time at the garage. At the first representable date, which a request may contain,
    /// the offset is omitted.
    pub fn from_local(local: NaiveDateTime) -> Self {
        let offset = chrono::Duration::seconds(i64::from(SHANGHAI_SECONDS));
        let utc = local.checked_sub_signed(offset).unwrap_or(local);
        Self(Utc.from_utc_datetime(&utc).timestamp_micros())
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(t: DateTime<Utc>) -> Self {
        Self(t.timestamp_micros())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, d: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text)
            .map_err(|_| de::Error::custom("not an RFC 3339 time, such as 2026-11-23T15:30:00+08:00"))
    }
}

/// Source of the current time: the system clock in a process, a manual clock in a test.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_micros_agree() {
        let t = Timestamp::parse("2026-11-23T15:30:00.1234567+08:00").unwrap();
        assert_eq!(t.to_string(), "2026-11-23T07:30:00.123456Z");
        assert_eq!(Timestamp::parse(&t.to_string()).unwrap(), t);
        assert_eq!(t.local_hhmm(), "15:30");
    }

    #[test]
    fn the_local_day_starts_at_sixteen_utc() {
        let t = Timestamp::parse("2026-11-23T16:00:00Z").unwrap();
        assert_eq!(t.local_date().to_string(), "2026-11-24");
        let midnight = t.local_date().and_hms_opt(0, 0, 0).unwrap();
        assert_eq!(Timestamp::from_local(midnight), t);
    }

    #[test]
    fn the_first_of_all_days_has_a_midnight() {
        let midnight = NaiveDate::MIN.and_hms_opt(0, 0, 0).unwrap();
        assert!(Timestamp::from_local(midnight) < Timestamp::from_micros(0));
    }

    #[test]
    fn since_never_goes_below_zero() {
        let a = Timestamp::from_micros(5);
        assert_eq!(a.since(Timestamp::from_micros(9)), Duration::ZERO);
    }
}
