//! Openings of the public in OpenStreetMap's `opening_hours` syntax, with explicit dates.
//!
//! Evaluators know only statutory holidays and no make-up workdays, so `PH` is never used. Openings come from our own
//! calendar and are written as dates and as weekdays within ranges of dates:
//!
//! ```text
//! 2026 Aug 31-2026 Sep 30,2026 Oct 08-2027 Mar 31 Mo-Fr 18:00-07:30, 2026 Oct 10 18:00-07:30
//! ```
//!
//! - Rules are joined by `, `: each adds to the others, and none closes the hours after midnight of another one.
//! - A text with dates ends with its [`HoursPeriod`]; hours that are the same on every day for ever have no dates.
//! - Openings that overlap or adjoin are merged. An opening of a day or longer is cut at midnight, so no hour exceeds
//!   24:00.
//! - [`cover`]: a set of days as ranges, weekdays and single days; [`day`]: the hours of one day

mod cover;
mod day;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use domain::allocation::layout::SpaceClosure;
use domain::calendar::{DayKinds, HolidayCalendar};
use domain::shared_window::{LessonRule, SharedWindow};
use domain::window::Weekdays;

use day::DayHours;

use crate::app::sharing::public::PublicSharingState;

/// Longest text that ParkAPI accepts.
pub const LONGEST_TEXT: usize = 512;

/// Whole months after the present one for which hours are published, if the text has room for them.
const MONTHS_AHEAD: u32 = 6;

/// Days for which hours are published even if the year's list of holidays is missing.
const DAYS_AT_LEAST: u64 = 14;

/// Days of the shortest periods, for garages whose hours differ from day to day.
const SHORT: [u64; 5] = [13, 6, 3, 1, 0];

/// The days that a text covers, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoursPeriod {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl HoursPeriod {
    /// Candidate periods, the longest first. Each begins on the day before the present month and ends with a month, so
    /// that a text stays valid for a month. A month of a year whose list is missing is included only if it begins
    /// within [`DAYS_AT_LEAST`].
    pub fn candidates(today: NaiveDate, calendar: &HolidayCalendar) -> Vec<Self> {
        let month = today.with_day(1).unwrap_or(today);
        let first = month.pred_opt().unwrap_or(month);
        let least = month_end(today + chrono::Days::new(DAYS_AT_LEAST));
        let months = (0..=MONTHS_AHEAD).rev().map(|months| month_end(month + Months::new(months)));
        let known = |last: &NaiveDate| {
            *last <= least || (month.year()..=last.year()).all(|year| calendar.knows(year))
        };
        let mut long: Vec<NaiveDate> = months.filter(|last| *last >= least).filter(known).collect();
        if long.last() != Some(&least) {
            long.push(least);
        }
        let long = long.into_iter().map(|last| Self { first, last });
        let yesterday = today.pred_opt().unwrap_or(today);
        let short = SHORT.map(|days| Self { first: yesterday, last: today + chrono::Days::new(days) });
        long.chain(short).collect()
    }
}

fn month_end(date: NaiveDate) -> NaiveDate {
    let next = date.with_day(1).unwrap_or(date) + Months::new(1);
    next.pred_opt().unwrap_or(date)
}

/// A text and the periods that were tried for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHoursText {
    /// The last period is the one of the text.
    pub tried: Vec<HoursPeriod>,
    /// `None` where no period is short enough for [`LONGEST_TEXT`].
    pub text: Option<String>,
}

/// The hours of the first of `candidates` whose text is short enough.
pub fn text_of(
    ground: &PublicSharingState,
    calendar: &HolidayCalendar,
    candidates: Vec<HoursPeriod>,
) -> OpeningHoursText {
    let days = days_of(ground, calendar, &candidates);
    let mut tried = Vec::new();
    for period in candidates {
        tried.push(period);
        let days = days.range(period.first..=period.last).map(|(date, hours)| (*date, hours));
        let text = written(days.collect(), period, is_timeless(ground, period));
        if text.len() <= LONGEST_TEXT {
            return OpeningHoursText { tried, text: Some(text) };
        }
    }
    OpeningHoursText { tried, text: None }
}

/// The hours of every day of the candidates. The range includes the day before, whose openings may last into the first
/// day, and the day after, with which the last day's openings may adjoin.
fn days_of(
    ground: &PublicSharingState,
    calendar: &HolidayCalendar,
    candidates: &[HoursPeriod],
) -> BTreeMap<NaiveDate, DayHours> {
    let first = candidates.iter().map(|period| period.first).min();
    let last = candidates.iter().map(|period| period.last).max();
    let (Some(first), Some(last)) = (first, last) else { return BTreeMap::new() };
    let before = first.pred_opt().unwrap_or(first);
    let days = u32::try_from((last - before).num_days() + 2).unwrap_or(0);
    let openings = ground.openings(calendar, before, days);
    day::by_date(openings.into_iter().map(|opening| opening.span).collect())
}

/// Whether every current window opens alike on every day for ever, independent of the calendar.
fn is_timeless(ground: &PublicSharingState, period: HoursPeriod) -> bool {
    let daily = |window: &SharedWindow| {
        let recurrence = &window.recurrence;
        recurrence.weekdays == Weekdays::ALL
            && recurrence.kinds == DayKinds::ALL
            && recurrence.lessons == LessonRule::AnyDay
            && (recurrence.first_day, recurrence.last_day) == (None, None)
    };
    // An ended window may still have an opening that lasts into the period's first day.
    let is_over = |window: &SharedWindow| window.recurrence.last_day.is_some_and(|last| last < period.first);
    let closes = |closure: &SpaceClosure| closure.spaces.is_none();
    ground.windows.iter().all(|window| daily(window) || is_over(window))
        && !ground.closures.iter().any(closes)
}

fn written(days: BTreeMap<NaiveDate, &DayHours>, period: HoursPeriod, timeless: bool) -> String {
    match days.values().next() {
        None => "off".to_owned(),
        Some(hours) if timeless => hours.every_day(),
        Some(_) => dated(days, period),
    }
}

fn dated(days: BTreeMap<NaiveDate, &DayHours>, period: HoursPeriod) -> String {
    let mut by_hours: BTreeMap<&DayHours, BTreeSet<NaiveDate>> = BTreeMap::new();
    for (date, hours) in days {
        by_hours.entry(hours).or_default().insert(date);
    }
    let rule = |(hours, dates): (&DayHours, BTreeSet<NaiveDate>)| {
        (dates.len(), cover::shortest(&dates, period, &hours.to_string()))
    };
    let mut rules: Vec<(usize, String)> = by_hours.into_iter().map(rule).collect();
    // The most frequent hours first.
    rules.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    rules.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(", ")
}
