//! Windows and calendars for the tests of this folder.

use chrono::NaiveDate;

use super::{
    DailyHours, LessonRule, SchoolWithCalendar, SharedWindow, WindowOpening, WindowRecurrence, WindowTerms,
};
use crate::audience::Audience;
use crate::calendar::{DayKinds, DayRuling, HolidayCalendar, ListedDay, SchoolCalendar};
use crate::ids::{ClassId, PoolId, SchoolId, WindowId};
use crate::minute::{Minute, Minutes};
use crate::time::Timestamp;
use crate::window::Weekdays;

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn minute(text: &str) -> Minute {
    Minute::exact(Timestamp::parse(&format!("{text}:00+08:00")).unwrap()).unwrap()
}

/// `2026-09-21T18:00/2026-09-22T07:30`, local.
pub(super) fn times(openings: &[WindowOpening]) -> Vec<String> {
    let local = |minute: Minute| {
        let at = minute.timestamp();
        format!("{}T{}", at.local_date(), at.local_hhmm())
    };
    openings.iter().map(|o| format!("{}/{}", local(o.span.from()), local(o.span.until()))).collect()
}

pub(super) fn class(id: &str) -> ClassId {
    ClassId::parse(id).unwrap()
}

pub(super) fn pool() -> PoolId {
    PoolId::parse("main").unwrap()
}

/// Every day from 18:00 to 07:30, for the public.
pub(super) fn evening() -> SharedWindow {
    window("evening", Audience::Public, Weekdays::ALL, 18 * 60, 810)
}

/// Monday to Friday from 15:30 to 17:30, on days with lessons.
pub(super) fn pickup() -> SharedWindow {
    let mut pickup = window("pickup", Audience::Pickup, Weekdays::SCHOOL_WEEK, 15 * 60 + 30, 120);
    pickup.recurrence.lessons = LessonRule::LessonDays;
    pickup
}

pub(super) fn window(
    id: &str,
    audience: Audience,
    weekdays: Weekdays,
    start_minute: u32,
    length_minutes: u32,
) -> SharedWindow {
    SharedWindow {
        id: WindowId::parse(id).unwrap(),
        pool: pool(),
        audience,
        name: id.to_owned(),
        recurrence: WindowRecurrence {
            weekdays,
            kinds: DayKinds::ALL,
            lessons: LessonRule::AnyDay,
            first_day: None,
            last_day: None,
        },
        hours: DailyHours { start_minute, length_minutes },
        quota: 100,
        terms: WindowTerms {
            min_stay: Minutes(0),
            max_stay: Minutes(1440),
            horizon: Minutes(14 * 1440),
            lock_out: None,
            early: Minutes(10),
            grace: Minutes(15),
            notice: Minutes(15),
            bookable: true,
            walk_in: true,
        },
        stagger: Vec::new(),
    }
}

pub(super) fn school(calendar: SchoolCalendar) -> SchoolWithCalendar {
    (SchoolId::parse("primary").unwrap(), calendar)
}

/// The autumn of 2026: off from Friday, September 25th, to Sunday, and from October 1st to 7th, which are a Thursday
/// and a Wednesday; made up for on Sunday, September 20th, and Saturday, October 10th.
pub(super) fn autumn() -> HolidayCalendar {
    let off = |day: &str| ListedDay { date: date(day), name: "festival".to_owned(), ruling: DayRuling::Off };
    let work = |day: &str| ListedDay { ruling: DayRuling::Work { acts_as: None }, ..off(day) };
    let mut calendar = HolidayCalendar::new();
    let october = (1..=7).map(|day| off(&format!("2026-10-0{day}")));
    let september = ["2026-09-25", "2026-09-26", "2026-09-27"].map(off);
    let made_up = [work("2026-09-20"), work("2026-10-10")];
    calendar.add_national(2026, october.chain(september).chain(made_up));
    calendar
}
