//! The hours that begin on one day.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use domain::minute::{Minute, MinuteSpan, Minutes};

const DAY: i64 = 24 * 60;
const DAY_LENGTH: Minutes = Minutes(24 * 60);

/// Sorted and disjoint; only the last may end on the next day, before its own hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DayHours(Vec<(i64, i64)>);

impl DayHours {
    /// As a rule for every day.
    pub(super) fn every_day(&self) -> String {
        if self.0 == [(0, DAY)] { "24/7".to_owned() } else { format!("Mo-Su {self}") }
    }
}

/// `08:00-09:00,18:00-07:30`.
impl fmt::Display for DayHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (start, end)) in self.0.iter().enumerate() {
            let end = if *end > DAY { *end - DAY } else { *end };
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)?;
        }
        Ok(())
    }
}

/// Merges openings that overlap or adjoin, and groups them by the local day on which they begin. Openings of a day or
/// longer are cut at midnight.
pub(super) fn by_date(mut spans: Vec<MinuteSpan>) -> BTreeMap<NaiveDate, DayHours> {
    spans.sort();
    let mut merged: Vec<(Minute, Minute)> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut().filter(|(_, until)| span.from() <= *until) {
            Some((_, until)) => *until = span.until().max(*until),
            None => merged.push((span.from(), span.until())),
        }
    }
    let mut days: BTreeMap<NaiveDate, DayHours> = BTreeMap::new();
    for (from, until) in merged {
        for (from, until) in cut(from, until) {
            let start = from.local_minute_of_day();
            let end = start + (until.get() - from.get());
            let date = from.timestamp().local_date();
            days.entry(date).or_insert_with(|| DayHours(Vec::new())).0.push((start, end));
        }
    }
    days
}

/// An opening shorter than a day stays whole, even across midnight.
fn cut(from: Minute, until: Minute) -> Vec<(Minute, Minute)> {
    if until < from + DAY_LENGTH {
        return vec![(from, until)];
    }
    let mut pieces = Vec::new();
    let mut start = from;
    while start < until {
        let left = u32::try_from(DAY - start.local_minute_of_day()).unwrap_or(DAY_LENGTH.0);
        let end = (start + Minutes(left)).min(until);
        pieces.push((start, end));
        start = end;
    }
    pieces
}
