//! A set of days as text: ranges of dates with weekdays, and single days.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use super::HoursPeriod;

const NAMES: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// Bit 0 is Monday.
type DayMask = u8;

const ALL: DayMask = 0b111_1111;

const FEBRUARY: u32 = 2;

/// A range with fewer days is shorter as single days.
const FEWEST_IN_RANGE: usize = 2;

/// The shortest of the candidate texts that open with `hours` on exactly these days of the period.
pub(super) fn shortest(dates: &BTreeSet<NaiveDate>, period: HoursPeriod, hours: &str) -> String {
    let texts = masks(dates, period).into_iter().map(|mask| rules(dates, period, mask, hours));
    texts.min_by_key(String::len).unwrap_or_default()
}

/// Candidate masks: weekdays of which at least nine, seven, five or three tenths or any days are in the set; none; all.
fn masks(dates: &BTreeSet<NaiveDate>, period: HoursPeriod) -> BTreeSet<DayMask> {
    let (mut within, mut all) = ([0u32; 7], [0u32; 7]);
    for date in period.first.iter_days().take_while(|date| *date <= period.last) {
        let count = |of: &mut [u32; 7]| {
            if let Some(n) = of.get_mut(index(date.weekday())) {
                *n += 1;
            }
        };
        count(&mut all);
        if dates.contains(&date) {
            count(&mut within);
        }
    }
    let at_least = |tenths: u32| {
        let often =
            within.iter().zip(all).map(move |(within, all)| *within > 0 && within * 10 >= all * tenths);
        often.enumerate().fold(0, |mask: DayMask, (day, often)| if often { mask | 1 << day } else { mask })
    };
    [9, 7, 5, 3, 0].into_iter().map(at_least).chain([0, ALL]).collect()
}

fn rules(dates: &BTreeSet<NaiveDate>, period: HoursPeriod, mask: DayMask, hours: &str) -> String {
    let mut ranges = ranges(dates, period, mask);
    ranges.retain(|range| days_in(*range, mask).count() >= FEWEST_IN_RANGE);
    let covered: BTreeSet<NaiveDate> = ranges.iter().flat_map(|range| days_in(*range, mask)).collect();
    let single: BTreeSet<NaiveDate> = dates.difference(&covered).copied().collect();
    let mut texts = Vec::new();
    if !ranges.is_empty() {
        let weekdays = if mask == ALL { String::new() } else { format!("{} ", weekdays(mask)) };
        texts.push(format!("{} {weekdays}{hours}", joined(&ranges)));
    }
    if !single.is_empty() {
        texts.push(format!("{} {hours}", joined(&runs(&single))));
    }
    texts.join(", ")
}

type DateRange = (NaiveDate, NaiveDate);

/// The longest ranges in which all days with these weekdays are in the set.
fn ranges(dates: &BTreeSet<NaiveDate>, period: HoursPeriod, mask: DayMask) -> Vec<DateRange> {
    let mut ranges: Vec<DateRange> = Vec::new();
    let mut open = false;
    for date in days_in((period.first, period.last), mask) {
        let is_in = dates.contains(&date);
        match ranges.last_mut().filter(|_| open && is_in) {
            Some((_, last)) => *last = date,
            None if is_in => ranges.push((date, date)),
            None => {}
        }
        open = is_in;
    }
    ranges
}

/// Consecutive days as ranges.
fn runs(dates: &BTreeSet<NaiveDate>) -> Vec<DateRange> {
    let mut runs: Vec<DateRange> = Vec::new();
    for date in dates {
        match runs.last_mut().filter(|(_, last)| last.succ_opt() == Some(*date)) {
            Some((_, last)) => *last = *date,
            None => runs.push((*date, *date)),
        }
    }
    runs
}

fn days_in((first, last): DateRange, mask: DayMask) -> impl Iterator<Item = NaiveDate> {
    let days = first.iter_days().take_while(move |date| *date <= last);
    days.filter(move |date| mask & 1 << index(date.weekday()) != 0)
}

fn joined(ranges: &[DateRange]) -> String {
    ranges.iter().map(|range| text(*range)).collect::<Vec<_>>().join(",")
}

/// `2026 Oct 10`, `2026 Sep 28-30`, `2026 Oct 08-2027 Mar 31`: some evaluators do not read a month without its year.
///
/// opening_hours.js 3.15 never opens in `2025 Feb 05-28`, but does in `2025 Feb 05-2025 Feb 28`.
fn text((first, last): DateRange) -> String {
    let day = |date: NaiveDate| date.format("%Y %b %d").to_string();
    if first == last {
        day(first)
    } else if (first.year(), first.month()) == (last.year(), last.month()) && first.month() != FEBRUARY {
        format!("{}-{:02}", day(first), last.day())
    } else {
        format!("{}-{}", day(first), day(last))
    }
}

/// `Mo-Fr`, `Mo,We,Sa-Su`.
fn weekdays(mask: DayMask) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for day in (0..7).filter(|day| mask & 1 << day != 0) {
        match runs.last_mut().filter(|(_, last)| last + 1 == day) {
            Some((_, last)) => *last = day,
            None => runs.push((day, day)),
        }
    }
    let name = |day: usize| NAMES.get(day).copied().unwrap_or_default();
    let text = |(first, last): (usize, usize)| {
        if first == last { name(first).to_owned() } else { format!("{}-{}", name(first), name(last)) }
    };
    runs.into_iter().map(text).collect::<Vec<_>>().join(",")
}

fn index(weekday: Weekday) -> usize {
    weekday.num_days_from_monday() as usize
}
