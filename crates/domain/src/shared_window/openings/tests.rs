use chrono::{Datelike, Weekday};
use proptest::prelude::*;

use super::super::tests::{autumn, class, date, evening, minute, pickup, school, times, window};
use super::*;
use crate::calendar::{DayKinds, SchoolCalendar, SchoolDayOverride, SchoolPeriod, SchoolPeriodKind};
use crate::shared_window::ClassStagger;
use crate::window::Weekdays;

const WORKDAYS: u8 = 1;
const MONDAY: &str = "2026-09-21";

fn starts(window: &SharedWindow, schools: &[SchoolWithCalendar], first: &str, days: u32) -> Vec<String> {
    let openings = window.openings(&autumn(), schools, date(first), days);
    times(&openings).iter().map(|text| text[5..16].to_owned()).collect()
}

fn released(day: &str, lessons: DayLessons, acts_as: Option<Weekday>) -> SchoolCalendar {
    let day = SchoolDayOverride { date: date(day), lessons, acts_as, name: String::new() };
    SchoolCalendar::new(Weekdays::SCHOOL_WEEK, Vec::new(), vec![day])
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_on_which_it_starts() {
    let friday = window("w", Audience::Public, Weekdays::try_from(0b1_0000).unwrap(), 18 * 60, 810);
    let openings = friday.openings(&autumn(), &[], date("2026-09-07"), 7);
    assert_eq!(times(&openings), ["2026-09-11T18:00/2026-09-12T07:30"]);
}

#[test]
fn a_holiday_on_a_wednesday_acts_as_a_sunday() {
    // 2026-10-07 is a Wednesday; the next day is worked again.
    let school_week = window("w", Audience::Public, Weekdays::SCHOOL_WEEK, 18 * 60, 810);
    assert_eq!(starts(&school_week, &[], "2026-10-07", 2), ["10-08T18:00"]);
    let sundays = window("s", Audience::Public, Weekdays::try_from(0b100_0000).unwrap(), 0, 1440);
    assert_eq!(starts(&sundays, &[], "2026-10-07", 2), ["10-07T00:00"]);
}

#[test]
fn a_make_up_saturday_is_a_workday_and_acts_as_a_friday() {
    // 2026-10-10 is a Saturday.
    let mut fridays = window("w", Audience::Public, Weekdays::try_from(0b1_0000).unwrap(), 18 * 60, 810);
    fridays.recurrence.kinds = DayKinds::try_from(WORKDAYS).unwrap();
    assert_eq!(starts(&fridays, &[], "2026-10-08", 4), ["10-09T18:00", "10-10T18:00"]);
}

#[test]
fn a_school_says_by_which_timetable_it_makes_up() {
    let mondays = SharedWindow {
        recurrence: super::super::WindowRecurrence {
            weekdays: Weekdays::try_from(0b1).unwrap(),
            ..pickup().recurrence
        },
        ..pickup()
    };
    let as_monday = school(released("2026-10-10", DayLessons::Full, Some(Weekday::Mon)));
    assert_eq!(starts(&mondays, &[as_monday], "2026-10-09", 3), ["10-10T15:30"]);
    let as_friday = school(SchoolCalendar::default());
    assert!(starts(&mondays, &[as_friday], "2026-10-09", 3).is_empty());
}

#[test]
fn a_year_without_a_list_counts_as_workdays() {
    let mut rest_days = evening();
    rest_days.recurrence.kinds = DayKinds::try_from(0b110).unwrap();
    let unknown = HolidayCalendar::new();
    assert!(rest_days.openings(&unknown, &[], date("2027-01-01"), 31).is_empty());
    let kept = pickup().openings(&unknown, &[school(SchoolCalendar::default())], date("2027-01-01"), 31);
    assert_eq!(kept.len(), 31, "capacity for pickup stays kept");
}

#[test]
fn a_range_of_days_includes_both_ends() {
    let mut dated = evening();
    dated.recurrence.first_day = Some(date("2026-09-22"));
    dated.recurrence.last_day = Some(date("2026-09-23"));
    assert_eq!(starts(&dated, &[], MONDAY, 7), ["09-22T18:00", "09-23T18:00"]);
}

#[test]
fn one_school_with_lessons_is_enough() {
    let term =
        SchoolPeriod::new(SchoolPeriodKind::Break, "".to_owned(), date(MONDAY), date("2026-09-23")).unwrap();
    let on_break = school(SchoolCalendar::new(Weekdays::SCHOOL_WEEK, vec![term], Vec::new()));
    let mut free = pickup();
    free.recurrence.lessons = LessonRule::LessonFreeDays;
    let alone = std::slice::from_ref(&on_break);
    assert!(starts(&pickup(), alone, MONDAY, 1).is_empty());
    assert_eq!(starts(&free, alone, MONDAY, 1), ["09-21T15:30"]);
    let both = [on_break.clone(), school(SchoolCalendar::default())];
    assert_eq!(starts(&pickup(), &both, MONDAY, 1), ["09-21T15:30"]);
    assert!(starts(&free, &both, MONDAY, 1).is_empty());
}

#[test]
fn an_early_release_moves_pickup_and_nothing_else() {
    let early = school(released(MONDAY, DayLessons::Earlier { minutes: 60 }, None));
    let usual = school(SchoolCalendar::default());
    let of = |window: &SharedWindow, schools: &[SchoolWithCalendar]| {
        times(&window.openings(&autumn(), schools, date(MONDAY), 1))
    };
    let alone = std::slice::from_ref(&early);
    assert_eq!(of(&pickup(), alone), ["2026-09-21T14:30/2026-09-21T16:30"]);
    assert_eq!(of(&pickup(), &[early.clone(), usual]), ["2026-09-21T14:30/2026-09-21T17:30"]);
    assert_eq!(of(&evening(), alone), ["2026-09-21T18:00/2026-09-22T07:30"]);
}

#[test]
fn classes_come_after_the_start_and_move_with_it() {
    let staggered =
        SharedWindow { stagger: vec![ClassStagger { class: class("c-1"), offset: Minutes(20) }], ..pickup() };
    let early = school(released(MONDAY, DayLessons::Earlier { minutes: 60 }, None));
    let openings = staggered.openings(&autumn(), &[early], date(MONDAY), 2);
    let groups: Vec<String> =
        openings.iter().map(|o| o.groups[0].span.unwrap().from().timestamp().local_hhmm()).collect();
    assert_eq!(groups, ["14:50", "15:50"]);
    assert_eq!(openings[0].groups[0].span.unwrap().until(), openings[0].span.until());
}

#[test]
fn a_class_whose_time_is_closed_does_not_come_at_another() {
    let stagger = vec![ClassStagger { class: class("c-1"), offset: Minutes(60) }];
    let whole_week = window("w", Audience::Pickup, Weekdays::SCHOOL_WEEK, 930, 120);
    let staggered = SharedWindow { stagger, ..whole_week };
    let whole = staggered.openings(&autumn(), &[], date(MONDAY), 1).remove(0);
    let closed = MinuteSpan::new(whole.span.from() + Minutes(30), whole.span.until()).unwrap();
    let closure = SpaceClosure { pool: None, audience: None, span: closed, spaces: None };
    let left = without(vec![whole], &[closure]);
    assert_eq!(left[0].time_of(&class("c-1")), None);
    assert_eq!(left[0].time_of(&class("c-2")), Some(left[0].span));
}

#[test]
fn openings_that_overlap_take_turns() {
    let first = window("a", Audience::Public, Weekdays::ALL, 600, 120);
    let second = window("b", Audience::Public, Weekdays::ALL, 660, 120);
    let inner = window("c", Audience::Public, Weekdays::ALL, 610, 20);
    let day = |w: &SharedWindow| w.openings(&autumn(), &[], date(MONDAY), 1);
    let all = [day(&second), day(&first), day(&inner)].concat();
    let expected = ["2026-09-21T10:00/2026-09-21T12:00", "2026-09-21T12:00/2026-09-21T13:00"];
    assert_eq!(times(&disjoint(all)), expected);
}

#[test]
fn what_is_closed_is_cut_out_of_the_openings_that_it_concerns() {
    let closed = |audience| SpaceClosure {
        pool: None,
        audience,
        span: MinuteSpan::new(minute("2026-09-21T22:00"), minute("2026-09-22T06:00")).unwrap(),
        spaces: None,
    };
    let openings = || evening().openings(&autumn(), &[], date(MONDAY), 1);
    let left = without(openings(), &[closed(None), closed(Some(Audience::Public))]);
    let expected = ["2026-09-21T18:00/2026-09-21T22:00", "2026-09-22T06:00/2026-09-22T07:30"];
    assert_eq!(times(&left), expected);
    assert_eq!(without(openings(), &[closed(Some(Audience::Staff))]), openings());
    let fewer = SpaceClosure { spaces: Some(5), ..closed(None) };
    assert_eq!(without(openings(), &[fewer]), openings(), "the others are still open");
}

prop_compose! {
    fn any_window()(
        weekdays in 1_u8..=127,
        kinds in 1_u8..=7,
        start_minute in 0_u32..1440,
        length_minutes in 1_u32..=1440,
        audience in prop_oneof![Just(Audience::Pickup), Just(Audience::Public)],
        lessons in prop_oneof![
            Just(LessonRule::AnyDay), Just(LessonRule::LessonDays), Just(LessonRule::LessonFreeDays)
        ],
    ) -> SharedWindow {
        let weekdays = Weekdays::try_from(weekdays).unwrap();
        let mut made = window("w", audience, weekdays, start_minute, length_minutes);
        made.recurrence.kinds = DayKinds::try_from(kinds).unwrap();
        made.recurrence.lessons = lessons;
        made
    }
}

proptest! {
    /// Day by day, from the text of the rule alone.
    #[test]
    fn openings_are_what_the_rule_says_of_each_day(
        window in any_window(),
        offset in 0_u64..120,
        days in 0_u32..40,
        release in 0_u32..300,
    ) {
        let calendar = autumn();
        let first = date("2026-07-01") + chrono::Days::new(offset);
        let schools = [school(released(MONDAY, DayLessons::Earlier { minutes: release }, None))];
        let openings = window.openings(&calendar, &schools, first, days);
        let found: Vec<NaiveDate> =
            openings.iter().map(|o| o.span.from().timestamp().local_date()).collect();
        let expected: Vec<NaiveDate> = first.iter_days().take(days as usize).filter(|date| {
            let day = calendar.day(*date);
            let bit = |weekday: Weekday| 1_u8 << weekday.num_days_from_monday();
            let lessons = schools[0].1.lessons(&day) != DayLessons::None;
            u8::from(window.recurrence.weekdays) & bit(day.acts_as) != 0
                && window.recurrence.kinds.contains(day.kind)
                && match window.recurrence.lessons {
                    LessonRule::AnyDay => true,
                    LessonRule::LessonDays => lessons,
                    LessonRule::LessonFreeDays => !lessons,
                }
        }).collect();
        prop_assert_eq!(found, expected);
        for pair in openings.windows(2) {
            prop_assert!(pair[0].span.until() <= pair[1].span.from());
        }
        for opening in &openings {
            prop_assert!(opening.span.length().0 <= window.hours.length_minutes);
            let date = opening.span.from().timestamp().local_date();
            if window.audience == Audience::Public || date.to_string() != MONDAY {
                let minute = opening.span.from().local_minute_of_day();
                let cut = openings.iter().any(|o| o.span.until() == opening.span.from());
                prop_assert!(minute == i64::from(window.hours.start_minute) || cut);
            }
            prop_assert!(date.year() == 2026);
        }
    }
}
