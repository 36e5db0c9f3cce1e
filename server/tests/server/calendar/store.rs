//! Contracts of the calendar's tables.

use chrono::Weekday;
use domain::calendar::{
    DayLessons, DayRuling, ListedDay, SchoolCalendar, SchoolDayOverride, SchoolPeriod, SchoolPeriodKind,
};
use domain::ids::SchoolId;
use domain::window::Weekdays;
use store::calendar;

use crate::calendar::date;
use crate::common::district::{MALL, SCHOOL, fill, garage};

fn listed(day: &str, ruling: DayRuling) -> ListedDay {
    ListedDay { date: date(day), name: "元旦".to_owned(), ruling }
}

fn own() -> SchoolCalendar {
    let term = |kind, first: &str, last: &str| {
        SchoolPeriod::new(kind, "学期".to_owned(), date(first), date(last)).unwrap()
    };
    let day = |day: &str, lessons, acts_as| SchoolDayOverride {
        date: date(day),
        lessons,
        acts_as,
        name: "家长会".to_owned(),
    };
    SchoolCalendar::new(
        Weekdays::try_from(0b011_1111).unwrap(),
        vec![
            term(SchoolPeriodKind::Term, "2026-09-01", "2027-01-22"),
            term(SchoolPeriodKind::Break, "2026-10-19", "2026-10-23"),
        ],
        vec![
            day("2026-10-10", DayLessons::Full, Some(Weekday::Sun)),
            day("2026-11-20", DayLessons::Earlier { minutes: 90 }, None),
            day("2026-11-27", DayLessons::None, None),
        ],
    )
}

contract!(a_list_is_replaced_by_the_next_of_its_year, |fixture| async {
    let app = fixture.app();
    let mut tx = app.store.begin().await.unwrap();
    let first =
        [listed("2027-01-01", DayRuling::Off), listed("2027-01-03", DayRuling::Work { acts_as: None })];
    calendar::put_list(&mut tx, 2027, &first, app.now()).await.unwrap();
    let second = [listed("2026-12-31", DayRuling::Off), listed("2027-01-01", DayRuling::Off)];
    calendar::put_list(&mut tx, 2027, &second, app.now()).await.unwrap();
    calendar::put_list(&mut tx, 2026, &first[..1], app.now()).await.unwrap();
    let lists = calendar::lists(&mut tx).await.unwrap();
    assert_eq!(lists.keys().copied().collect::<Vec<_>>(), [2026, 2027]);
    assert_eq!(
        (&lists[&2027][..], &lists[&2026][..]),
        (&second[..], &first[..1]),
        "one date in two documents"
    );
});

contract!(the_citys_days_are_those_of_the_last_file, |fixture| async {
    let app = fixture.app();
    let mut tx = app.store.begin().await.unwrap();
    calendar::put_city(&mut tx, &[listed("2026-12-01", DayRuling::Off)]).await.unwrap();
    let stated = DayRuling::Work { acts_as: Some(Weekday::Wed) };
    let days = [listed("2026-10-10", stated), listed("2027-01-03", DayRuling::Work { acts_as: None })];
    calendar::put_city(&mut tx, &days).await.unwrap();
    assert_eq!(calendar::city(&mut tx).await.unwrap(), days);
    assert!(calendar::lists(&mut tx).await.unwrap().is_empty());
});

contract!(the_version_rises, |fixture| async {
    let mut tx = fixture.store.begin().await.unwrap();
    let before = calendar::version(&mut tx).await.unwrap();
    calendar::raise_version(&mut tx).await.unwrap();
    assert_eq!(calendar::version(&mut tx).await.unwrap(), before + 1);
});

contract!(a_schools_calendar_comes_back_as_it_was_put, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (school, nobody) = (SchoolId::parse("primary").unwrap(), SchoolId::parse("none").unwrap());
    let mut tx = app.store.begin().await.unwrap();
    let none = vec![(school.clone(), SchoolCalendar::default())];
    assert_eq!(calendar::school::calendars_of(&mut tx, &garage(SCHOOL)).await.unwrap(), none);
    for wanted in [own(), SchoolCalendar::default(), own()] {
        calendar::school::put(&mut tx, &school, &wanted).await.unwrap();
        assert_eq!(calendar::school::calendar(&mut tx, &school).await.unwrap(), wanted);
    }
    let all = calendar::school::calendars_of(&mut tx, &garage(SCHOOL)).await.unwrap();
    assert_eq!(all, vec![(school.clone(), own())]);
    assert!(calendar::school::calendars_of(&mut tx, &garage(MALL)).await.unwrap().is_empty());
    assert_eq!(calendar::school::garage_of(&mut tx, &school).await.unwrap(), Some(garage(SCHOOL)));
    assert_eq!(calendar::school::garage_of(&mut tx, &nobody).await.unwrap(), None);
});

contract!(schools_are_found_by_garage_and_operator, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let mut tx = app.store.begin_read().await.unwrap();
    let operator = store::operator::by_username(&mut tx, "li").await.unwrap().unwrap().id;
    let own = calendar::school::of_operator(&mut tx, &operator).await.unwrap();
    assert_eq!((own.len(), own[0].name.as_str(), own[0].garage.clone()), (1, "小学", garage(SCHOOL)));
    assert_eq!(calendar::school::of_garage(&mut tx, &garage(SCHOOL)).await.unwrap(), own);
    assert!(calendar::school::of_garage(&mut tx, &garage(MALL)).await.unwrap().is_empty());
    assert!(calendar::school::of_operator(&mut tx, "nobody").await.unwrap().is_empty());
});
