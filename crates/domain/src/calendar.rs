//! The kind of each day, in layers: city, national list, weekday. A school's lessons are a separate layer above them.
//!
//! Each day has a kind and an effective weekday, `acts_as`: a holiday acts as a Sunday, a make-up workday as the stated
//! weekday or else as a Friday, and any other day as itself. Windows compare their weekdays with it.
//!
//! In a year without a list every day counts as a workday, and Saturdays and Sundays act as Fridays: windows of rest days
//! stay closed and capacity for pickup stays kept. A lost weekend is easier to repair than a missing space for a child's
//! pickup. Every view of a calendar shows its [`CalendarWarning`]s.

mod day;
mod kind;
mod listed;
mod school;
mod warning;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

pub use day::{DaySource, ResolvedDay};
pub use kind::{DayKind, DayKinds, DayKindsError};
pub use listed::{DayRuling, ListedDay};
pub use school::{
    DayLessons, SchoolCalendar, SchoolDayOverride, SchoolPeriod, SchoolPeriodError, SchoolPeriodKind,
};
pub use warning::CalendarWarning;

/// Effective weekday of weekend workdays without a stated one: public lots keep a workday's hours, and schools mostly
/// make up for the last days of a week.
const MAKE_UP: Weekday = Weekday::Fri;

/// From this month on the next year's notice should be published. Past dates: 2023-10-25, 2024-11-12, 2025-11-04.
const PUBLISHED: u32 = 11;

type ListedDays = BTreeMap<NaiveDate, ListedDay>;

/// The known national lists and the city's deviations from them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HolidayCalendar {
    /// By the year of the document. A document may list days of the neighbouring years.
    national: BTreeMap<i32, ListedDays>,
    city: ListedDays,
}

impl HolidayCalendar {
    /// A calendar without any list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the list of `year`'s document and replaces an earlier one of this year. If the documents of two years list the
    /// same date, the one of the later year wins, because it is newer.
    pub fn add_national(&mut self, year: i32, entries: impl IntoIterator<Item = ListedDay>) {
        self.national.insert(year, by_date(entries));
    }

    /// Adds days on which the city deviates from the national list.
    pub fn add_city(&mut self, entries: impl IntoIterator<Item = ListedDay>) {
        self.city.extend(by_date(entries));
    }

    /// Whether the list of `year` has been added.
    pub fn knows(&self, year: i32) -> bool {
        self.national.contains_key(&year)
    }

    pub fn day(&self, date: NaiveDate) -> ResolvedDay {
        if let Some(listed) = self.city.get(&date) {
            return listed.day(DaySource::City);
        }
        if let Some(listed) = self.listed_nationally(date) {
            return listed.day(DaySource::National);
        }
        if self.knows(date.year()) { ResolvedDay::by_pattern(date) } else { ResolvedDay::assumed(date) }
    }

    fn listed_nationally(&self, date: NaiveDate) -> Option<&ListedDay> {
        self.national.values().rev().find_map(|list| list.get(&date))
    }

    /// Years whose list is due on `today` and missing: the current year and, from November on, the next one. The State
    /// Council has usually published it by then.
    pub fn overdue(&self, today: NaiveDate) -> Vec<i32> {
        let last = if today.month() >= PUBLISHED { today.year() + 1 } else { today.year() };
        (today.year()..=last).filter(|year| !self.knows(*year)).collect()
    }

    /// Gaps that people should fill, for the days from `from` to `to`, both included.
    pub fn warnings(&self, from: NaiveDate, to: NaiveDate) -> Vec<CalendarWarning> {
        let years: BTreeSet<i32> = (from.year()..=to.year()).collect();
        let missing = years.into_iter().filter(|year| !self.knows(*year)).map(CalendarWarning::MissingYear);
        let days = from.iter_days().take_while(|date| *date <= to).map(|date| self.day(date));
        let unstated = days.filter(|day| day.source != DaySource::Assumed && !day.acts_as_stated);
        missing.chain(unstated.map(|day| CalendarWarning::ActsAsNotStated(day.date))).collect()
    }
}

fn by_date(entries: impl IntoIterator<Item = ListedDay>) -> ListedDays {
    entries.into_iter().map(|listed| (listed.date, listed)).collect()
}

fn is_weekend(weekday: Weekday) -> bool {
    matches!(weekday, Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
