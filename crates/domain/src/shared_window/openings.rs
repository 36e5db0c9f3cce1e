//! Resolves a recurring window to absolute openings.
//!
//! A pickup window for lesson days follows the timetables of its schools: it starts if one school has lessons and its
//! timetable's weekday is one of the window's. On days of early release a pickup window begins earlier by the largest shift of
//! its schools, and ends earlier by the smallest: only if all schools release early.

use chrono::{NaiveDate, NaiveTime};

use super::{ClassOpening, ClassStagger, LessonRule, SchoolWithCalendar, SharedWindow, WindowOpening};
use crate::audience::Audience;
use crate::calendar::{DayLessons, HolidayCalendar, ResolvedDay};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::space::SpaceClosure;
use crate::time::Timestamp;

/// How much earlier than usual an opening begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct OpeningShift {
    start: Minutes,
    end: Minutes,
}

impl SharedWindow {
    /// The openings that start on `days` local days from `first` on, in order; they do not overlap.
    pub fn openings(
        &self,
        calendar: &HolidayCalendar,
        schools: &[SchoolWithCalendar],
        first: NaiveDate,
        days: u32,
    ) -> Vec<WindowOpening> {
        let dates = first.iter_days().take(days as usize).filter(|date| self.in_range(*date));
        let openings = dates.filter_map(|date| self.opening_on(&calendar.day(date), schools));
        disjoint(openings.collect())
    }

    fn in_range(&self, date: NaiveDate) -> bool {
        let recurrence = &self.recurrence;
        recurrence.first_day.is_none_or(|first| first <= date)
            && recurrence.last_day.is_none_or(|last| date <= last)
    }

    fn opening_on(&self, day: &ResolvedDay, schools: &[SchoolWithCalendar]) -> Option<WindowOpening> {
        if !self.recurrence.kinds.contains(day.kind) || !self.suits_weekday_and_lessons(day, schools) {
            return None;
        }
        let shift = self.shift_on(day, schools);
        let midnight = Minute::floor(Timestamp::from_local(day.date.and_time(NaiveTime::MIN)));
        let start = midnight + Minutes(self.hours.start_minute);
        let end = start + Minutes(self.hours.length_minutes);
        // An opening stays on its day, and never becomes empty.
        let from = (start - shift.start).max(midnight);
        let until = (end - shift.end).max(from + Minutes(1));
        Some(self.opening(MinuteSpan::new(from, until).ok()?))
    }

    fn suits_weekday_and_lessons(&self, day: &ResolvedDay, schools: &[SchoolWithCalendar]) -> bool {
        let weekdays = self.recurrence.weekdays;
        let has_lessons = |school: &SchoolWithCalendar| school.1.lessons(day) != DayLessons::None;
        match self.recurrence.lessons {
            LessonRule::AnyDay => weekdays.contains(day.acts_as),
            LessonRule::LessonFreeDays => weekdays.contains(day.acts_as) && !schools.iter().any(has_lessons),
            LessonRule::LessonDays if self.audience == Audience::Pickup => {
                schools.iter().any(|school| has_lessons(school) && weekdays.contains(school.1.acts_as(day)))
            }
            LessonRule::LessonDays => weekdays.contains(day.acts_as) && schools.iter().any(has_lessons),
        }
    }

    fn shift_on(&self, day: &ResolvedDay, schools: &[SchoolWithCalendar]) -> OpeningShift {
        if self.audience != Audience::Pickup {
            return OpeningShift::default();
        }
        let earlier = |school: &SchoolWithCalendar| match school.1.lessons(day) {
            DayLessons::None => None,
            DayLessons::Full => Some(0),
            DayLessons::Earlier { minutes } => Some(minutes),
        };
        let releases = || schools.iter().filter_map(earlier);
        OpeningShift {
            start: Minutes(releases().max().unwrap_or(0)),
            end: Minutes(releases().min().unwrap_or(0)),
        }
    }

    fn opening(&self, span: MinuteSpan) -> WindowOpening {
        let group = |stagger: &ClassStagger| ClassOpening {
            class: stagger.class.clone(),
            span: MinuteSpan::new(span.from() + stagger.offset, span.until()).ok(),
        };
        WindowOpening {
            window: self.id.clone(),
            pool: self.pool.clone(),
            audience: self.audience,
            span,
            quota: self.quota,
            terms: self.terms,
            groups: self.stagger.iter().map(group).collect(),
        }
    }
}

/// Sorts openings by start and cuts each to begin no earlier than the end of the previous one of its pool and audience.
///
/// Overlapping windows are refused on entry, but older windows may overlap, and early release may cause an overlap.
pub fn disjoint(mut openings: Vec<WindowOpening>) -> Vec<WindowOpening> {
    openings.sort_by(|a, b| (a.span, &a.pool, a.audience).cmp(&(b.span, &b.pool, b.audience)));
    let mut kept: Vec<WindowOpening> = Vec::with_capacity(openings.len());
    for opening in openings {
        let same = |other: &&WindowOpening| other.pool == opening.pool && other.audience == opening.audience;
        let busy_until = kept.iter().rev().find(same).map(|other| other.span.until());
        kept.extend(match busy_until {
            Some(until) => opening.left_from(until),
            None => Some(opening),
        });
    }
    kept.sort_by_key(|opening| opening.span);
    kept
}

/// Cuts full closures out of openings and returns the rest, sorted by start. An opening may be split in two.
pub fn without(openings: Vec<WindowOpening>, closures: &[SpaceClosure]) -> Vec<WindowOpening> {
    let mut left = openings;
    for closure in closures.iter().filter(|closure| closure.spaces.is_none()) {
        left = left.into_iter().flat_map(|opening| opening.without(closure)).collect();
    }
    left.sort_by_key(|opening| opening.span);
    left
}

impl WindowOpening {
    fn without(self, closure: &SpaceClosure) -> Vec<Self> {
        let concerned = closure.pool.as_ref().is_none_or(|pool| *pool == self.pool)
            && closure.audience.is_none_or(|audience| audience == self.audience);
        if !concerned || !closure.span.overlaps(self.span) {
            return vec![self];
        }
        let before = self.clone().up_to(closure.span.from());
        before.into_iter().chain(self.left_from(closure.span.until())).collect()
    }

    fn up_to(mut self, latest: Minute) -> Option<Self> {
        let cut = |span: MinuteSpan| MinuteSpan::new(span.from(), span.until().min(latest)).ok();
        self.span = cut(self.span)?;
        for group in &mut self.groups {
            group.span = group.span.and_then(cut);
        }
        Some(self)
    }

    /// The part of the opening from `earliest` on.
    fn left_from(mut self, earliest: Minute) -> Option<Self> {
        let cut = |span: MinuteSpan| MinuteSpan::new(span.from().max(earliest), span.until()).ok();
        self.span = cut(self.span)?;
        for group in &mut self.groups {
            group.span = group.span.and_then(cut);
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests;
