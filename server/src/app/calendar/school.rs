//! A school's calendar as entered, and its validation; each error names its field.

use std::collections::HashSet;

use domain::calendar::{DayLessons, SchoolCalendar, SchoolDayOverride, SchoolPeriod};
use protocol::calendar as entered;

use super::is_reasonable;
use super::list::check_name;
use crate::app::invalid_field::InvalidField;

/// A school has two terms and some breaks a year; this suffices for decades.
const MAX_SPANS: usize = 200;
/// Single days with lessons of their own; this suffices for decades.
const MAX_DAYS: usize = 2000;
/// Eight hours earlier there would be no lessons at all.
const MAX_EARLIER: u32 = 480;

fn invalid<T>(field: impl Into<String>, message: impl Into<String>) -> Result<T, InvalidField> {
    Err(InvalidField { field: field.into(), message: message.into() })
}

/// Field paths are relative to the calendar, such as `spans[0].last_day`.
pub fn check(entered: &entered::SchoolCalendarSpec) -> Result<SchoolCalendar, InvalidField> {
    if entered.spans.len() > MAX_SPANS {
        return invalid("spans", format!("at most {MAX_SPANS}"));
    }
    if entered.days.len() > MAX_DAYS {
        return invalid("days", format!("at most {MAX_DAYS}"));
    }
    let spans = entered.spans.iter().enumerate().map(|(i, span)| check_span(&format!("spans[{i}]"), span));
    let spans: Vec<SchoolPeriod> = spans.collect::<Result<_, _>>()?;
    check_overlaps(&spans)?;
    let mut seen = HashSet::new();
    let mut days = Vec::with_capacity(entered.days.len());
    for (i, day) in entered.days.iter().enumerate() {
        let at = format!("days[{i}]");
        if !seen.insert(day.date) {
            return invalid(format!("{at}.date"), format!("{} comes twice", day.date));
        }
        days.push(check_day(&at, day)?);
    }
    Ok(SchoolCalendar::new(entered.weekdays, spans, days))
}

fn check_span(at: &str, span: &entered::SchoolSpanSpec) -> Result<SchoolPeriod, InvalidField> {
    check_name(at, &span.name, 1)?;
    for (field, date) in [("first_day", span.first_day), ("last_day", span.last_day)] {
        if !is_reasonable(date) {
            return invalid(format!("{at}.{field}"), "must be of the years 2000 to 2199");
        }
    }
    SchoolPeriod::new(span.kind, span.name.clone(), span.first_day, span.last_day)
        .or_else(|error| invalid(format!("{at}.last_day"), error.to_string()))
}

/// Overlapping terms, or overlapping breaks, are typing errors; a break may lie within a term.
fn check_overlaps(spans: &[SchoolPeriod]) -> Result<(), InvalidField> {
    for (i, span) in spans.iter().enumerate() {
        let other = spans.iter().take(i).find(|other| {
            other.kind() == span.kind()
                && other.first_day() <= span.last_day()
                && span.first_day() <= other.last_day()
        });
        if let Some(other) = other {
            return invalid(format!("spans[{i}].first_day"), format!("overlaps `{}`", other.name()));
        }
    }
    Ok(())
}

fn check_day(at: &str, day: &entered::SchoolDaySpec) -> Result<SchoolDayOverride, InvalidField> {
    check_name(at, &day.name, 0)?;
    if !is_reasonable(day.date) {
        return invalid(format!("{at}.date"), "must be of the years 2000 to 2199");
    }
    let lessons = match (day.lessons, day.earlier_minutes) {
        (false, Some(_)) => {
            return invalid(format!("{at}.earlier_minutes"), "there are no lessons on this day");
        }
        (false, None) => DayLessons::None,
        (true, None | Some(0)) => DayLessons::Full,
        (true, Some(minutes)) if minutes <= MAX_EARLIER => DayLessons::Earlier { minutes },
        (true, Some(_)) => {
            return invalid(format!("{at}.earlier_minutes"), format!("must be 0 to {MAX_EARLIER}"));
        }
    };
    if day.acts_as.is_some() && !day.lessons {
        return invalid(format!("{at}.acts_as"), "there are no lessons on this day");
    }
    Ok(SchoolDayOverride { date: day.date, lessons, acts_as: day.acts_as, name: day.name.clone() })
}

/// The calendar in the form in which it is entered.
pub fn as_entered(calendar: &SchoolCalendar) -> entered::SchoolCalendarSpec {
    let span = |span: &SchoolPeriod| entered::SchoolSpanSpec {
        kind: span.kind(),
        name: span.name().to_owned(),
        first_day: span.first_day(),
        last_day: span.last_day(),
    };
    let day = |day: &SchoolDayOverride| entered::SchoolDaySpec {
        date: day.date,
        lessons: day.lessons != DayLessons::None,
        acts_as: day.acts_as,
        earlier_minutes: earlier_minutes(day.lessons),
        name: day.name.clone(),
    };
    entered::SchoolCalendarSpec {
        weekdays: calendar.weekdays(),
        spans: calendar.spans().iter().map(span).collect(),
        days: calendar.days().map(day).collect(),
    }
}

pub fn earlier_minutes(lessons: DayLessons) -> Option<u32> {
    match lessons {
        DayLessons::Earlier { minutes } => Some(minutes),
        DayLessons::None | DayLessons::Full => None,
    }
}

pub fn word(lessons: DayLessons) -> entered::LessonSchedule {
    match lessons {
        DayLessons::None => entered::LessonSchedule::None,
        DayLessons::Full => entered::LessonSchedule::Full,
        DayLessons::Earlier { .. } => entered::LessonSchedule::Earlier,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entered(spans: Value, days: Value) -> entered::SchoolCalendarSpec {
        serde_json::from_value(json!({ "spans": spans, "days": days })).unwrap()
    }

    fn span(kind: &str, first: &str, last: &str) -> Value {
        json!({ "kind": kind, "name": "学期", "first_day": first, "last_day": last })
    }

    #[test]
    fn what_was_entered_comes_back() {
        let days = json!([
            { "date": "2026-10-10", "lessons": true, "acts_as": "Wed", "name": "补周三" },
            { "date": "2026-11-20", "lessons": true, "earlier_minutes": 90, "name": "家长会" },
            { "date": "2026-11-27", "lessons": false, "name": "运动会" },
        ]);
        let spans =
            json!([span("term", "2026-09-01", "2027-01-22"), span("break", "2026-10-19", "2026-10-23")]);
        let entered = entered(spans, days);
        assert_eq!(as_entered(&check(&entered).unwrap()), entered);
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let term = || span("term", "2026-09-01", "2027-01-22");
        let fault = |spans, days| check(&entered(spans, days)).unwrap_err().field;
        let faulty_spans = [
            (json!([span("term", "2026-09-01", "2026-08-31")]), "spans[0].last_day"),
            (json!([term(), span("term", "2027-01-22", "2027-07-01")]), "spans[1].first_day"),
            (json!([span("break", "1926-09-01", "2026-09-01")]), "spans[0].first_day"),
        ];
        for (spans, field) in faulty_spans {
            assert_eq!(fault(spans, json!([])), field);
        }
        let day = |rest: Value| {
            let mut day = json!({ "date": "2026-11-20", "lessons": false });
            day.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            day
        };
        let faulty_days = [
            (json!([day(json!({})), day(json!({}))]), "days[1].date"),
            (json!([day(json!({ "earlier_minutes": 60 }))]), "days[0].earlier_minutes"),
            (json!([day(json!({ "lessons": true, "earlier_minutes": 481 }))]), "days[0].earlier_minutes"),
            (json!([day(json!({ "acts_as": "Mon" }))]), "days[0].acts_as"),
            (json!([day(json!({ "name": "\n" }))]), "days[0].name"),
        ];
        for (days, field) in faulty_days {
            assert_eq!(fault(json!([]), days), field);
        }
    }
}
