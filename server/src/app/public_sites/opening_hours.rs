//! Public windows in OpenStreetMap's `opening_hours` syntax, such as `Mo-Fr 18:00-07:30; PH off`.
//!
//! A holiday acts as a Sunday and not as the weekday that it is: where that makes a difference, a last part after a semicolon,
//! which replaces what was said before, tells what holds on public holidays (`PH`). Days that make up for holidays
//! cannot be said, and what depends on lessons is a comment.

use chrono::{NaiveDate, Weekday};
use domain::calendar::{DayKind, DayKinds};
use domain::shared_window::{OnLessons, SharedWindow};
use domain::window::Weekdays;

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "Mo"),
    (Weekday::Tue, "Tu"),
    (Weekday::Wed, "We"),
    (Weekday::Thu, "Th"),
    (Weekday::Fri, "Fr"),
    (Weekday::Sat, "Sa"),
    (Weekday::Sun, "Su"),
];

const DAY: u32 = 24 * 60;

/// Windows of one weekday are joined by commas: after a semicolon a rule would replace those of the same days.
pub(super) fn opening_hours(windows: &[SharedWindow], today: NaiveDate) -> String {
    let current: Vec<&SharedWindow> = windows.iter().filter(|window| !is_over(window, today)).collect();
    match current.as_slice() {
        [] => "off".to_owned(),
        [window] if is_always(window) => "24/7".to_owned(),
        current if current.iter().all(|window| is_daily(window)) => {
            joined(current.iter().map(|window| rule(window, days(window))))
        }
        current => {
            let weekly = current.iter().map(|window| rule(window, days(window)));
            let on_holidays = current.iter().filter(|window| holds_on_holidays(window));
            let on_holidays = joined(on_holidays.map(|window| rule(window, Some("PH".to_owned()))));
            let on_holidays = if on_holidays.is_empty() { "PH off" } else { &on_holidays };
            let weekly = joined(weekly);
            if weekly.is_empty() { on_holidays.to_owned() } else { format!("{weekly}; {on_holidays}") }
        }
    }
}

fn joined(rules: impl Iterator<Item = Option<String>>) -> String {
    rules.flatten().collect::<Vec<_>>().join(", ")
}

fn is_over(window: &SharedWindow, today: NaiveDate) -> bool {
    window.recurrence.last_day.is_some_and(|last| last < today)
}

/// On each day alike, holidays too.
fn is_daily(window: &SharedWindow) -> bool {
    window.recurrence.weekdays == Weekdays::ALL && window.recurrence.kinds == DayKinds::ALL
}

fn is_always(window: &SharedWindow) -> bool {
    let recurrence = &window.recurrence;
    is_daily(window)
        && recurrence.lessons == OnLessons::AnyDay
        && (recurrence.first_day, recurrence.last_day) == (None, None)
        && (window.hours.start_minute, window.hours.length_minutes) == (0, DAY)
}

fn holds_on_holidays(window: &SharedWindow) -> bool {
    window.recurrence.kinds.contains(DayKind::Holiday) && window.recurrence.weekdays.contains(Weekday::Sun)
}

/// Absent where it holds on none of the days.
fn rule(window: &SharedWindow, days: Option<String>) -> Option<String> {
    let range = range(window);
    let (start, end) = (clock(window.hours.start_minute), clock(end(window)));
    let comment = match window.recurrence.lessons {
        OnLessons::AnyDay => "",
        OnLessons::LessonDays => " \"on school days\"",
        OnLessons::LessonFreeDays => " \"on days without school\"",
    };
    Some(format!("{range}{} {start}-{end}{comment}", days?))
}

/// `2026 Sep 01-2026 Dec 31 `; an open end is a plus, an open beginning is the year 2000.
fn range(window: &SharedWindow) -> String {
    let day = |day: NaiveDate| day.format("%Y %b %d").to_string();
    match (window.recurrence.first_day, window.recurrence.last_day) {
        (None, None) => String::new(),
        (Some(first), None) => format!("{}+ ", day(first)),
        (None, Some(last)) => format!("2000 Jan 01-{} ", day(last)),
        (Some(first), Some(last)) => format!("{}-{} ", day(first), day(last)),
    }
}

/// A window over midnight ends at the next day's clock time; one of a whole day at an hour past 24, because equal
/// times would mean nothing.
fn end(window: &SharedWindow) -> u32 {
    let end = window.hours.start_minute + window.hours.length_minutes;
    if end > DAY && window.hours.length_minutes < DAY { end - DAY } else { end }
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Runs of days as ranges: `Mo-Fr`, `Mo,We,Sa-Su`. A Saturday is a rest day, a Tuesday a workday.
fn days(window: &SharedWindow) -> Option<String> {
    let holds = |day: Weekday| {
        let rest = matches!(day, Weekday::Sat | Weekday::Sun);
        let kind = if rest { DayKind::RestDay } else { DayKind::Workday };
        window.recurrence.kinds.contains(kind) && window.recurrence.weekdays.contains(day)
    };
    let mut runs: Vec<(&str, &str)> = Vec::new();
    let mut running = false;
    for (day, name) in DAYS {
        let on = holds(day);
        match runs.last_mut().filter(|_| on && running) {
            Some((_, last)) => *last = name,
            None if on => runs.push((name, name)),
            None => {}
        }
        running = on;
    }
    let text = |(first, last): (&str, &str)| {
        if first == last { first.to_owned() } else { format!("{first}-{last}") }
    };
    let runs: Vec<String> = runs.into_iter().map(text).collect();
    if runs.is_empty() { None } else { Some(runs.join(",")) }
}

#[cfg(test)]
mod tests {
    use domain::access::Audience;
    use domain::ids::WindowId;
    use protocol::sharing::{PoolSpec, WindowSpec};

    use super::*;
    use crate::app::sharing::rule::window as made;

    fn spec(weekdays: u8, start_minute: u32, length_minutes: u32) -> WindowSpec {
        let weekdays = Weekdays::try_from(weekdays).unwrap();
        WindowSpec::new(Audience::Public, weekdays, start_minute, length_minutes)
    }

    fn text(specs: &[WindowSpec]) -> String {
        let name = String::new();
        let pool = PoolSpec {
            id: "main".parse().unwrap(),
            name: name.clone(),
            name_en: name,
            size: 9,
            spaces: vec![],
        };
        let window = |spec| made(WindowId::parse("w").unwrap(), spec, std::slice::from_ref(&pool)).unwrap();
        let windows: Vec<SharedWindow> = specs.iter().map(window).collect();
        opening_hours(&windows, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap())
    }

    #[test]
    fn windows_read_as_people_write_them() {
        let cases = [
            (vec![], "off"),
            (vec![spec(0b111_1111, 0, 1440)], "24/7"),
            (vec![spec(0b111_1111, 18 * 60, 810)], "Mo-Su 18:00-07:30"),
            (vec![spec(0b001_1111, 18 * 60, 810)], "Mo-Fr 18:00-07:30; PH off"),
            (vec![spec(0b110_0101, 480, 960)], "Mo,We,Sa-Su 08:00-24:00; PH 08:00-24:00"),
            (vec![spec(0b000_0001, 18 * 60, 1440)], "Mo 18:00-42:00; PH off"),
            (
                vec![spec(0b001_1111, 18 * 60, 810), spec(0b110_0000, 0, 1440)],
                "Mo-Fr 18:00-07:30, Sa-Su 00:00-24:00; PH 00:00-24:00",
            ),
        ];
        for (specs, expected) in cases {
            assert_eq!(text(&specs), expected);
        }
    }

    #[test]
    fn kinds_of_days_ranges_and_lessons_are_said() {
        let kinds = |bits| Some(DayKinds::try_from(bits).unwrap());
        let workdays = WindowSpec { kinds: kinds(1), ..spec(0b111_1111, 480, 60) };
        assert_eq!(text(&[workdays]), "Mo-Fr 08:00-09:00; PH off");
        let holidays = WindowSpec { kinds: kinds(4), ..spec(0b111_1111, 480, 60) };
        assert_eq!(text(&[holidays]), "PH 08:00-09:00");
        let autumn = WindowSpec {
            first_day: "2026-09-01".parse().ok(),
            last_day: "2026-12-31".parse().ok(),
            lessons: Some(OnLessons::LessonFreeDays),
            ..spec(0b111_1111, 480, 60)
        };
        let expected = "2026 Sep 01-2026 Dec 31 Mo-Su 08:00-09:00 \"on days without school\"";
        assert_eq!(text(&[autumn]), expected);
        let over = WindowSpec { last_day: "2026-11-22".parse().ok(), ..spec(0b111_1111, 480, 60) };
        assert_eq!(text(&[over]), "off");
    }
}
