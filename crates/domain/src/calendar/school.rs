//! The lessons of a school: dated overrides first, then breaks and terms, then the days of its week.
//!
//! Where no term is known, lessons are assumed, so that the capacity for pickup stays kept: without any term, before the
//! first span, and after the last one. Between two terms there are no lessons.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{CalendarWarning, DayKind, MAKE_UP, ResolvedDay};
use crate::window::Weekdays;

/// A school's lessons on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayLessons {
    None,
    Full,
    /// Early release: the pickup windows of that day shift earlier by `minutes`.
    Earlier {
        minutes: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SchoolPeriodKind {
    Term,
    Break,
}

/// A term or a break, first and last day included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolPeriod {
    kind: SchoolPeriodKind,
    name: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the last day must not be before the first")]
pub struct SchoolPeriodError;

impl SchoolPeriod {
    pub fn new(
        kind: SchoolPeriodKind,
        name: String,
        first_day: NaiveDate,
        last_day: NaiveDate,
    ) -> Result<Self, SchoolPeriodError> {
        if last_day < first_day {
            return Err(SchoolPeriodError);
        }
        Ok(Self { kind, name, first_day, last_day })
    }

    pub fn kind(&self) -> SchoolPeriodKind {
        self.kind
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn first_day(&self) -> NaiveDate {
        self.first_day
    }

    pub fn last_day(&self) -> NaiveDate {
        self.last_day
    }

    fn contains(&self, date: NaiveDate) -> bool {
        self.first_day <= date && date <= self.last_day
    }
}

/// A school's override for one date. It beats all other layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolDayOverride {
    pub date: NaiveDate,
    pub lessons: DayLessons,
    /// Weekday of the timetable, if stated.
    pub acts_as: Option<Weekday>,
    pub name: String,
}

/// Days of the school week, terms and breaks, and dated overrides of one school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolCalendar {
    weekdays: Weekdays,
    spans: Vec<SchoolPeriod>,
    days: BTreeMap<NaiveDate, SchoolDayOverride>,
}

impl Default for SchoolCalendar {
    /// Monday to Friday, no terms known.
    fn default() -> Self {
        Self::new(Weekdays::SCHOOL_WEEK, Vec::new(), Vec::new())
    }
}

impl SchoolCalendar {
    /// If `days` has two overrides for a date, the last one applies.
    pub fn new(weekdays: Weekdays, mut spans: Vec<SchoolPeriod>, days: Vec<SchoolDayOverride>) -> Self {
        spans.sort_by_key(|span| (span.first_day, span.last_day));
        let days = days.into_iter().map(|day| (day.date, day)).collect();
        Self { weekdays, spans, days }
    }

    pub fn weekdays(&self) -> Weekdays {
        self.weekdays
    }

    /// Sorted by first day.
    pub fn spans(&self) -> &[SchoolPeriod] {
        &self.spans
    }

    /// Sorted by date.
    pub fn days(&self) -> impl Iterator<Item = &SchoolDayOverride> {
        self.days.values()
    }

    pub fn lessons(&self, day: &ResolvedDay) -> DayLessons {
        if let Some(own) = self.days.get(&day.date) {
            return own.lessons;
        }
        let on_this_day = day.kind != DayKind::Holiday && self.weekdays.contains(day.acts_as);
        if on_this_day && self.in_term(day.date) { DayLessons::Full } else { DayLessons::None }
    }

    /// Weekday of the school's timetable on this day.
    ///
    /// If the school has lessons on a day that is otherwise off and has not stated a weekday, the day acts as itself if its
    /// weekday is one of the school's, else as a make-up day.
    pub fn acts_as(&self, day: &ResolvedDay) -> Weekday {
        match self.days.get(&day.date) {
            Some(SchoolDayOverride { acts_as: Some(stated), .. }) => *stated,
            Some(own) if own.lessons != DayLessons::None && !self.weekdays.contains(day.acts_as) => {
                self.own_weekday(day.date).unwrap_or(MAKE_UP)
            }
            Some(_) | None => day.acts_as,
        }
    }

    fn own_weekday(&self, date: NaiveDate) -> Option<Weekday> {
        Some(date.weekday()).filter(|weekday| self.weekdays.contains(*weekday))
    }

    fn in_term(&self, date: NaiveDate) -> bool {
        let within = |kind| self.spans.iter().any(|span| span.kind == kind && span.contains(date));
        !within(SchoolPeriodKind::Break) && (within(SchoolPeriodKind::Term) || self.is_unknown(date))
    }

    /// No span determines whether this day is in a term.
    fn is_unknown(&self, date: NaiveDate) -> bool {
        if !self.spans.iter().any(|span| span.kind == SchoolPeriodKind::Term) {
            return !self.spans.iter().any(|span| span.contains(date));
        }
        let before = self.spans.iter().all(|span| date < span.first_day);
        before || self.spans.iter().all(|span| span.last_day < date)
    }

    /// Gaps that people should fill, for the days from `from` to `to`, both included.
    pub fn warnings(&self, from: NaiveDate, to: NaiveDate) -> Vec<CalendarWarning> {
        let mut days = from.iter_days().take_while(|date| *date <= to);
        days.find(|date| self.is_unknown(*date)).map(CalendarWarning::NoTerms).into_iter().collect()
    }

    /// Whether an override of the school settles this date: with a stated weekday, or without lessons.
    pub fn states(&self, date: NaiveDate) -> bool {
        self.days.get(&date).is_some_and(|own| own.acts_as.is_some() || own.lessons == DayLessons::None)
    }
}
