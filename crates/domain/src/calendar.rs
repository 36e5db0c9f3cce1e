//! What kind of day it is, in layers: city, national list, weekday; and a school's lessons as a layer of its own above.
//!
//! Each day has a kind and a weekday **as which it acts**: a holiday acts as a Sunday, a make-up workday as the weekday
//! that was stated, else as a Friday, and any other day as itself. Windows compare their weekdays with that.
//!
//! A day of a year whose list is missing counts as a workday, and its Saturdays and Sundays act as Fridays: windows of
//! rest days stay shut and capacity for pickup stays kept. A lost weekend is repaired more easily than a lost child's
//! space. Whoever shows a calendar shows its [`Warning`]s.

mod day;
mod kind;
mod listed;
mod school;
mod warning;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

pub use day::{Day, Source};
pub use kind::{DayKind, DayKinds, DayKindsError};
pub use listed::{Listed, Ruling};
pub use school::{EndsBeforeItBegins, Lessons, SchoolCalendar, SchoolDay, SchoolSpan, SpanKind};
pub use warning::Warning;

/// What make-up days and days of unknown years act as, where nobody has stated it: public lots keep a workday's hours,
/// and schools mostly take the missing day from the week's end.
const MAKE_UP: Weekday = Weekday::Fri;

/// The month in which the next year's notice is out: 25 October in 2023, 12 November in 2024, 4 November in 2025.
const PUBLISHED: u32 = 11;

type Days = BTreeMap<NaiveDate, Listed>;

/// The national lists that are known, and what the city does otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// By the year of the document, which may speak of days of its neighbours.
    national: BTreeMap<i32, Days>,
    city: Days,
}

impl Calendar {
    /// Knows no year.
    pub fn new() -> Self {
        Self::default()
    }

    /// The list of `year`'s document; takes the place of one that was added for this year before. Where the
    /// documents of two years speak of a date, the greater year's is the newer and wins.
    pub fn add_national(&mut self, year: i32, entries: impl IntoIterator<Item = Listed>) {
        self.national.insert(year, by_date(entries));
    }

    /// Days on which the city departs from the national list.
    pub fn add_city(&mut self, entries: impl IntoIterator<Item = Listed>) {
        self.city.extend(by_date(entries));
    }

    /// Whether the list of `year` is there.
    pub fn knows(&self, year: i32) -> bool {
        self.national.contains_key(&year)
    }

    pub fn day(&self, date: NaiveDate) -> Day {
        if let Some(listed) = self.city.get(&date) {
            return listed.day(Source::City);
        }
        if let Some(listed) = self.listed_nationally(date) {
            return listed.day(Source::National);
        }
        if self.knows(date.year()) { Day::by_pattern(date) } else { Day::assumed(date) }
    }

    fn listed_nationally(&self, date: NaiveDate) -> Option<&Listed> {
        self.national.values().rev().find_map(|list| list.get(&date))
    }

    /// Years whose list should be there on `today` and is not: this one's, and from November on, when the State Council
    /// has published it, the next one's.
    pub fn overdue(&self, today: NaiveDate) -> Vec<i32> {
        let last = if today.month() >= PUBLISHED { today.year() + 1 } else { today.year() };
        (today.year()..=last).filter(|year| !self.knows(*year)).collect()
    }

    /// What people should repair, of the days from `from` to `to`, both included.
    pub fn warnings(&self, from: NaiveDate, to: NaiveDate) -> Vec<Warning> {
        let years: BTreeSet<i32> = (from.year()..=to.year()).collect();
        let missing = years.into_iter().filter(|year| !self.knows(*year)).map(Warning::MissingYear);
        let days = from.iter_days().take_while(|date| *date <= to).map(|date| self.day(date));
        let unstated = days.filter(|day| day.source != Source::Assumed && !day.acts_as_stated);
        missing.chain(unstated.map(|day| Warning::ActsAsNotStated(day.date))).collect()
    }
}

fn by_date(entries: impl IntoIterator<Item = Listed>) -> Days {
    entries.into_iter().map(|listed| (listed.date, listed)).collect()
}

fn is_weekend(weekday: Weekday) -> bool {
    matches!(weekday, Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
