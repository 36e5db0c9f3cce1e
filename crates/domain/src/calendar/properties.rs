//! A second, plain implementation of the rules, compared with the first on random lists and schools.

use proptest::prelude::*;

use super::*;
use crate::window::Weekdays;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn any_date() -> impl Strategy<Value = NaiveDate> {
    (0_i64..1461).prop_map(|days| date("2024-01-01") + chrono::Duration::days(days))
}

fn any_weekday() -> impl Strategy<Value = Weekday> {
    (0_u8..7).prop_map(|number| Weekday::try_from(number).unwrap())
}

fn any_listed() -> impl Strategy<Value = ListedDay> {
    let ruling = prop_oneof![
        Just(DayRuling::Off),
        prop::option::of(any_weekday()).prop_map(|acts_as| DayRuling::Work { acts_as })
    ];
    (any_date(), ruling).prop_map(|(date, ruling)| ListedDay { date, name: String::new(), ruling })
}

prop_compose! {
    fn any_lists()(
        lists in prop::collection::btree_map(2024_i32..2029, prop::collection::vec(any_listed(), 0..20), 0..4),
        city in prop::collection::vec(any_listed(), 0..10),
    ) -> (BTreeMap<i32, Vec<ListedDay>>, Vec<ListedDay>) {
        (lists, city)
    }
}

fn built(lists: impl IntoIterator<Item = (i32, Vec<ListedDay>)>, city: &[ListedDay]) -> HolidayCalendar {
    let mut calendar = HolidayCalendar::new();
    for (year, list) in lists {
        calendar.add_national(year, list);
    }
    calendar.add_city(city.iter().cloned());
    calendar
}

/// The rules without layers in maps: all lists in order, and the last one that contains the date decides.
fn told_plainly(
    lists: &BTreeMap<i32, Vec<ListedDay>>,
    city: &[ListedDay],
    date: NaiveDate,
) -> (DayKind, Weekday) {
    let sheets = lists.values().flatten().chain(city);
    let weekday = date.weekday();
    match sheets.rev().find(|listed| listed.date == date).map(|listed| listed.ruling) {
        Some(DayRuling::Off) => (DayKind::Holiday, Weekday::Sun),
        Some(DayRuling::Work { acts_as: Some(stated) }) => (DayKind::Workday, stated),
        Some(DayRuling::Work { acts_as: None }) if weekday.num_days_from_monday() > 4 => {
            (DayKind::Workday, Weekday::Fri)
        }
        Some(DayRuling::Work { acts_as: None }) => (DayKind::Workday, weekday),
        None if weekday.num_days_from_monday() < 5 => (DayKind::Workday, weekday),
        None if lists.contains_key(&date.year()) => (DayKind::RestDay, weekday),
        None => (DayKind::Workday, Weekday::Fri),
    }
}

proptest! {
    #[test]
    fn every_day_is_what_the_rules_say((lists, city) in any_lists(), date in any_date()) {
        let day = built(lists.clone(), &city).day(date);
        prop_assert_eq!((day.kind, day.acts_as), told_plainly(&lists, &city, date));
        prop_assert_eq!(day.date, date);
    }

    #[test]
    fn the_order_of_import_does_not_matter((lists, city) in any_lists(), date in any_date()) {
        let (there, back) = (built(lists.clone(), &city), built(lists.into_iter().rev(), &city));
        prop_assert_eq!(there.day(date), back.day(date));
    }

    #[test]
    fn without_a_list_no_day_is_open_to_rest_days(date in any_date()) {
        let day = HolidayCalendar::new().day(date);
        prop_assert_eq!(day.kind, DayKind::Workday);
        prop_assert!(Weekdays::SCHOOL_WEEK.contains(day.acts_as));
        prop_assert_eq!(SchoolCalendar::default().lessons(&day), DayLessons::Full);
    }

    #[test]
    fn each_guess_is_warned_of((lists, city) in any_lists(), date in any_date()) {
        let calendar = built(lists, &city);
        let guessed = !calendar.day(date).acts_as_stated || calendar.day(date).source == DaySource::Assumed;
        let warned = !calendar.warnings(date, date).is_empty();
        prop_assert!(!guessed || warned);
    }
}

/// A plan of a school: first day and length of each span, and dated overrides.
type Plan = (Vec<(SchoolPeriodKind, NaiveDate, i64)>, Vec<(NaiveDate, DayLessons)>);

fn any_plan() -> impl Strategy<Value = Plan> {
    let kind = prop_oneof![Just(SchoolPeriodKind::Term), Just(SchoolPeriodKind::Break)];
    let lessons = prop_oneof![
        Just(DayLessons::None),
        Just(DayLessons::Full),
        (1_u32..480).prop_map(|minutes| DayLessons::Earlier { minutes })
    ];
    (
        prop::collection::vec((kind, any_date(), 0_i64..150), 0..5),
        prop::collection::vec((any_date(), lessons), 0..5),
    )
}

fn school_of((spans, days): &Plan) -> SchoolCalendar {
    let span = |(kind, first, length): &(SchoolPeriodKind, NaiveDate, i64)| {
        SchoolPeriod::new(*kind, String::new(), *first, *first + chrono::Duration::days(*length)).unwrap()
    };
    let day = |(date, lessons): &(NaiveDate, DayLessons)| SchoolDayOverride {
        date: *date,
        lessons: *lessons,
        acts_as: None,
        name: String::new(),
    };
    SchoolCalendar::new(
        Weekdays::SCHOOL_WEEK,
        spans.iter().map(span).collect(),
        days.iter().map(day).collect(),
    )
}

fn lessons_told_plainly((spans, days): &Plan, day: &ResolvedDay) -> DayLessons {
    if let Some((_, lessons)) = days.iter().rev().find(|(date, _)| *date == day.date) {
        return *lessons;
    }
    let days_from = |first: &NaiveDate| (day.date - *first).num_days();
    let inside = |kind: SchoolPeriodKind| {
        spans.iter().any(|(of, first, length)| *of == kind && (0..=*length).contains(&days_from(first)))
    };
    let no_terms = spans.iter().all(|(kind, ..)| *kind == SchoolPeriodKind::Break);
    let later = spans.iter().all(|(_, first, length)| days_from(first) > *length);
    let earlier = spans.iter().all(|(_, first, _)| days_from(first) < 0);
    let in_term = inside(SchoolPeriodKind::Term) || no_terms || later || earlier;
    let working = day.kind != DayKind::Holiday && day.acts_as.num_days_from_monday() < 5;
    if working && in_term && !inside(SchoolPeriodKind::Break) { DayLessons::Full } else { DayLessons::None }
}

proptest! {
    #[test]
    fn lessons_are_what_the_rules_say(
        plan in any_plan(), (lists, city) in any_lists(), date in any_date(),
    ) {
        let day = built(lists, &city).day(date);
        prop_assert_eq!(school_of(&plan).lessons(&day), lessons_told_plainly(&plan, &day));
    }

    #[test]
    fn a_day_with_lessons_acts_as_a_day_of_the_school(
        plan in any_plan(), (lists, city) in any_lists(), date in any_date(),
    ) {
        let (day, school) = (built(lists, &city).day(date), school_of(&plan));
        prop_assert!(school.lessons(&day) == DayLessons::None || Weekdays::SCHOOL_WEEK.contains(school.acts_as(&day)));
    }
}
