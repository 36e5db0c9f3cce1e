//! Times of devices: with or without zone, separators and fractions of a second, as text or as a number since 1970.

use chrono::NaiveDate;
use domain::time::Timestamp;

/// Parses a time; without a zone it is the garage's local time. `None` for a text that is no time.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 48 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !is_compact(text) {
        return since_1970(text);
    }
    let mut scan = TimeScan { rest: text };
    let date = scan.date()?;
    let (time, micros) = scan.time()?;
    let local = date.and_hms_opt(time.0, time.1, time.2)?;
    match scan.zone()? {
        None => Some(Timestamp::from_local(local)),
        Some(offset) => Some(Timestamp::from_micros(local.and_utc().timestamp_micros() - offset * 1_000_000)),
    }
    .map(|at| Timestamp::from_micros(at.micros() + micros))
}

/// Formats a time to the second, as a camera without a zone writes it.
pub(crate) fn local_text(at: Timestamp) -> String {
    format!("{} {}", at.local_date(), at.local_hhmmss())
}

/// Parses `20261129042026`, also with milliseconds.
fn is_compact(text: &str) -> bool {
    matches!(text.len(), 14 | 17) && (text.starts_with("19") || text.starts_with("20"))
}

/// Parses seconds or fractions of them; the number of digits decides. 0 means that the clock was never set.
fn since_1970(digits: &str) -> Option<Timestamp> {
    let number: i64 = digits.parse().ok().filter(|number| *number > 0)?;
    let micros = match digits.trim_start_matches('0').len() {
        ..=11 => number.checked_mul(1_000_000)?,
        12..=14 => number.checked_mul(1_000)?,
        15..=17 => number,
        _ => number / 1_000,
    };
    Some(Timestamp::from_micros(micros))
}

struct TimeScan<'a> {
    rest: &'a str,
}

impl TimeScan<'_> {
    /// Reads exactly, or at most, this many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let number = self.rest.get(..count).filter(|_| count >= least)?.parse().ok();
        self.rest = self.rest.get(count..).unwrap_or_default();
        number
    }

    fn skip(&mut self, any: &[char]) {
        self.rest = self.rest.trim_start_matches(any);
    }

    fn date(&mut self) -> Option<NaiveDate> {
        const BETWEEN: [char; 6] = ['-', '/', '.', '年', '月', ' '];
        let year = self.digits(4, 4)?;
        self.skip(&BETWEEN);
        let month = self.digits(1, 2)?;
        self.skip(&BETWEEN);
        let day = self.digits(1, 2)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }

    /// Reads hour, minute and second, and microseconds.
    fn time(&mut self) -> Option<((u32, u32, u32), i64)> {
        const BETWEEN: [char; 4] = [':', '时', '分', '：'];
        self.skip(&['T', 't', ' ', '_', '日', '-', '+']);
        let hour = self.digits(1, 2)?;
        self.skip(&BETWEEN);
        let minute = self.digits(1, 2)?;
        self.skip(&BETWEEN);
        let second = self.digits(1, 2).unwrap_or(0);
        self.skip(&['秒']);
        let is_fraction = self.rest.starts_with(['.', ',', ':'])
            || self.rest.bytes().next().is_some_and(|b| b.is_ascii_digit());
        let micros = if is_fraction { self.fraction() } else { 0 };
        Some(((hour, minute, second.min(59)), micros))
    }

    fn fraction(&mut self) -> i64 {
        self.skip(&['.', ',', ':']);
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let digits: String = self.rest.chars().take(count.min(6)).collect();
        self.rest = self.rest.get(count..).unwrap_or_default();
        format!("{digits:0<6}").parse().unwrap_or(0)
    }

    /// Reads an optional zone as seconds east of Greenwich; `None` if other text follows.
    #[expect(clippy::option_option, reason = "no zone and no time are two answers")]
    fn zone(&mut self) -> Option<Option<i64>> {
        let zone = self.rest.trim();
        let zone = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC")).unwrap_or(zone).trim();
        let sign = match zone.bytes().next() {
            None => return Some(None),
            Some(b'Z' | b'z') => return (zone.len() == 1).then_some(Some(0)),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.rest = zone.get(1..).unwrap_or_default();
        let hours = self.digits(1, 2)?;
        self.skip(&[':']);
        let minutes = self.digits(1, 2).unwrap_or(0);
        (self.rest.is_empty() && hours <= 14 && minutes < 60)
            .then_some(Some(sign * (i64::from(hours) * 3_600 + i64::from(minutes) * 60)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_writing_of_a_moment_is_that_moment() {
        let wanted = Timestamp::parse("2026-11-29T04:20:26+08:00").unwrap();
        for text in [
            "2026-11-29T04:20:26+08:00",
            "2026-11-29T04:20:26+0800",
            "2026-11-29T04:20:26+08",
            "2026-11-29T04:20:26.000+08:00",
            "2026-11-29 04:20:26 +0800",
            "2026-11-28T20:20:26Z",
            "20261128T202026Z",
            "20261129T042026+0800",
            "20261129042026",
            "20261129042026000",
            "2026-11-29 04:20:26",
            "2026-11-29T04:20:26",
            "2026/11/29 04:20:26",
            "2026.11.29 4:20:26",
            "2026年11月29日 04时20分26秒",
            "2026-11-29_04:20:26",
            "2026-11-29 04:20:26:000",
            "2026-11-29T02:05:26+05:45",
            "2026-11-29T04:20:26 GMT+8",
            "1795897226",
            "1795897226000",
            "1795897226000000",
        ] {
            assert_eq!(parse(text), Some(wanted), "{text}");
        }
        assert_eq!(parse("2026-11-29 04:20:26.865").unwrap().micros() - wanted.micros(), 865_000);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "0",
            "soon",
            "2026-13-01 00:00:00",
            "2026-11-29",
            "2026-11-29T25:00:00",
            "2026-11-29T04:20:26+99:00",
            "2026-11-29T04:20:26 noon",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "[0-9TZ:+. /年-]{0,40}") {
            parse(&text);
        }

        #[test]
        fn a_local_time_is_read_back(seconds in 1_i64..4_000_000_000) {
            let at = Timestamp::from_micros(seconds * 1_000_000);
            prop_assert_eq!(parse(&local_text(at)), Some(at));
        }
    }
}
