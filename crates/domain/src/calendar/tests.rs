//! Layers, guesses and what is safe.

use super::*;
use crate::window::Weekdays;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn off(day: &str) -> ListedDay {
    ListedDay { date: date(day), name: "国庆节".to_owned(), ruling: DayRuling::Off }
}

fn work(day: &str, acts_as: Option<Weekday>) -> ListedDay {
    ListedDay { date: date(day), name: "国庆节".to_owned(), ruling: DayRuling::Work { acts_as } }
}

/// 2026: 1 October is a Thursday and off, Saturday the 10th is worked.
fn calendar() -> HolidayCalendar {
    let mut calendar = HolidayCalendar::new();
    calendar.add_national(2026, [off("2026-10-01"), work("2026-10-10", None)]);
    calendar
}

fn span(kind: SchoolPeriodKind, first: &str, last: &str) -> SchoolPeriod {
    SchoolPeriod::new(kind, "学期".to_owned(), date(first), date(last)).unwrap()
}

fn own(day: &str, lessons: DayLessons, acts_as: Option<Weekday>) -> SchoolDayOverride {
    SchoolDayOverride { date: date(day), lessons, acts_as, name: String::new() }
}

fn school(spans: Vec<SchoolPeriod>, days: Vec<SchoolDayOverride>) -> SchoolCalendar {
    SchoolCalendar::new(Weekdays::SCHOOL_WEEK, spans, days)
}

#[test]
fn a_holiday_acts_as_a_sunday() {
    let day = calendar().day(date("2026-10-01"));
    assert_eq!((day.kind, day.acts_as, day.source), (DayKind::Holiday, Weekday::Sun, DaySource::National));
    assert_eq!(day.name.as_deref(), Some("国庆节"));
}

#[test]
fn a_make_up_saturday_acts_as_a_friday_until_somebody_states_it() {
    let mut calendar = calendar();
    let saturday = date("2026-10-10");
    let day = calendar.day(saturday);
    assert_eq!((day.kind, day.acts_as, day.acts_as_stated), (DayKind::Workday, Weekday::Fri, false));
    assert_eq!(calendar.warnings(saturday, saturday), [CalendarWarning::ActsAsNotStated(saturday)]);
    calendar.add_city([work("2026-10-10", Some(Weekday::Wed))]);
    let day = calendar.day(saturday);
    assert_eq!((day.acts_as, day.acts_as_stated, day.source), (Weekday::Wed, true, DaySource::City));
    assert!(calendar.warnings(saturday, saturday).is_empty());
}

#[test]
fn a_worked_weekday_acts_as_itself() {
    let mut calendar = calendar();
    calendar.add_city([work("2026-10-01", None)]);
    let day = calendar.day(date("2026-10-01"));
    assert_eq!((day.kind, day.acts_as, day.acts_as_stated), (DayKind::Workday, Weekday::Thu, true));
}

#[test]
fn other_days_follow_the_week() {
    let calendar = calendar();
    let (friday, saturday) = (calendar.day(date("2026-10-16")), calendar.day(date("2026-10-17")));
    assert_eq!((friday.kind, friday.acts_as), (DayKind::Workday, Weekday::Fri));
    assert_eq!((saturday.kind, saturday.acts_as), (DayKind::RestDay, Weekday::Sat));
    assert_eq!(saturday.source, DaySource::Pattern);
}

#[test]
fn a_missing_year_has_workdays_only_and_one_warning() {
    let calendar = calendar();
    let (sunday, new_year) = (calendar.day(date("2027-01-03")), calendar.day(date("2027-01-01")));
    assert_eq!(
        (sunday.kind, sunday.acts_as, sunday.source),
        (DayKind::Workday, Weekday::Fri, DaySource::Assumed)
    );
    assert_eq!(new_year.kind, DayKind::Workday);
    let warnings = calendar.warnings(date("2026-11-01"), date("2027-02-01"));
    assert_eq!(warnings, [CalendarWarning::MissingYear(2027)]);
}

#[test]
fn the_next_list_is_due_in_november() {
    let overdue = |today: &str| calendar().overdue(date(today));
    assert_eq!(overdue("2026-10-31"), [0; 0]);
    assert_eq!(overdue("2026-11-01"), [2027]);
    assert_eq!(overdue("2027-03-01"), [2027]);
    assert_eq!(overdue("2028-12-01"), [2028, 2029]);
}

#[test]
fn the_newer_document_wins_for_late_december() {
    let mut calendar = calendar();
    calendar.add_national(2027, [off("2026-12-31"), work("2026-12-26", None)]);
    assert_eq!(calendar.day(date("2026-12-31")).kind, DayKind::Holiday);
    calendar.add_national(2026, [off("2026-10-01"), work("2026-12-31", None)]);
    assert_eq!(calendar.day(date("2026-12-31")).kind, DayKind::Holiday, "2027's document is newer");
}

#[test]
fn a_second_list_of_a_year_replaces_the_first() {
    let mut calendar = calendar();
    calendar.add_national(2026, [off("2026-10-02")]);
    assert_eq!(calendar.day(date("2026-10-01")).kind, DayKind::Workday);
}

#[test]
fn a_list_that_names_a_day_of_an_unknown_year_is_believed() {
    let mut calendar = calendar();
    calendar.add_national(2026, [off("2027-01-01")]);
    let days = [calendar.day(date("2027-01-01")).kind, calendar.day(date("2027-01-02")).kind];
    assert_eq!(days, [DayKind::Holiday, DayKind::Workday]);
}

#[test]
fn lessons_are_on_the_schools_days_within_terms_outside_breaks() {
    let calendar = calendar();
    let term = span(SchoolPeriodKind::Term, "2026-09-01", "2027-01-22");
    let autumn = span(SchoolPeriodKind::Break, "2026-10-19", "2026-10-23");
    let spring = span(SchoolPeriodKind::Term, "2027-02-22", "2027-07-02");
    let school = school(vec![term, autumn, spring], vec![]);
    let lessons = |day: &str| school.lessons(&calendar.day(date(day)));
    assert_eq!(lessons("2026-10-16"), DayLessons::Full);
    assert_eq!(lessons("2026-10-17"), DayLessons::None, "a Saturday");
    assert_eq!(lessons("2026-10-10"), DayLessons::Full, "a make-up Saturday");
    assert_eq!(lessons("2026-10-01"), DayLessons::None, "a holiday");
    assert_eq!(lessons("2026-10-20"), DayLessons::None, "a break");
    assert_eq!(lessons("2027-02-01"), DayLessons::None, "between two terms");
}

#[test]
fn lessons_are_assumed_where_no_term_is_known() {
    let calendar = calendar();
    let term = span(SchoolPeriodKind::Term, "2026-09-01", "2026-09-30");
    let (bare, ended) = (school(vec![], vec![]), school(vec![term], vec![]));
    let friday = date("2026-10-16");
    assert_eq!(bare.lessons(&calendar.day(friday)), DayLessons::Full);
    assert_eq!(ended.lessons(&calendar.day(friday)), DayLessons::Full);
    assert_eq!(bare.warnings(friday, friday), [CalendarWarning::NoTerms(friday)]);
    assert_eq!(ended.warnings(date("2026-09-01"), friday), [CalendarWarning::NoTerms(date("2026-10-01"))]);
    assert!(ended.warnings(date("2026-09-01"), date("2026-09-30")).is_empty());
}

#[test]
fn a_break_alone_is_honoured() {
    let autumn = span(SchoolPeriodKind::Break, "2026-10-19", "2026-10-23");
    let school = school(vec![autumn], vec![]);
    assert_eq!(school.lessons(&calendar().day(date("2026-10-20"))), DayLessons::None);
    assert_eq!(school.lessons(&calendar().day(date("2026-10-26"))), DayLessons::Full);
}

#[test]
fn a_schools_own_day_beats_every_layer() {
    let calendar = calendar();
    let days = vec![
        own("2026-10-10", DayLessons::Full, Some(Weekday::Tue)),
        own("2026-10-16", DayLessons::Earlier { minutes: 90 }, None),
        own("2026-10-15", DayLessons::None, None),
        own("2026-10-01", DayLessons::Full, None),
        own("2026-10-17", DayLessons::Full, None),
    ];
    let school = school(vec![], days);
    let of = |day: &str| {
        let day = calendar.day(date(day));
        (school.lessons(&day), school.acts_as(&day))
    };
    assert_eq!(of("2026-10-10"), (DayLessons::Full, Weekday::Tue));
    assert_eq!(of("2026-10-16"), (DayLessons::Earlier { minutes: 90 }, Weekday::Fri));
    assert_eq!(of("2026-10-15"), (DayLessons::None, Weekday::Thu));
    assert_eq!(of("2026-10-01"), (DayLessons::Full, Weekday::Thu), "lessons on a holiday");
    assert_eq!(of("2026-10-17"), (DayLessons::Full, Weekday::Fri), "lessons on a Saturday");
}

#[test]
fn a_term_cannot_end_before_it_begins() {
    let span =
        SchoolPeriod::new(SchoolPeriodKind::Term, String::new(), date("2026-09-02"), date("2026-09-01"));
    assert_eq!(span, Err(SchoolPeriodError));
}

#[test]
fn sets_of_kinds_are_never_empty() {
    assert_eq!(DayKinds::try_from(0), Err(DayKindsError));
    assert_eq!(DayKinds::try_from(8), Err(DayKindsError));
    let rest = DayKinds::try_from(0b110).unwrap();
    assert!(rest.contains(DayKind::Holiday) && rest.contains(DayKind::RestDay));
    assert!(!rest.contains(DayKind::Workday));
    assert_eq!(serde_json::from_str::<DayKinds>("7").unwrap(), DayKinds::ALL);
}
