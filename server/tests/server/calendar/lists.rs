//! Import: lists replace the shipped ones, and a school's calendar is part of the district file.

use chrono::Weekday;
use domain::calendar::{DayKind, DayLessons, DaySource};
use protocol::calendar::{CityDay, HolidayList, SchoolCalendarSpec};
use protocol::district::DistrictSpec;
use serde_json::json;
use server::app::App;
use server::app::calendar::import::{HolidayListError, city_days, holidays};
use server::app::calendar::{load, load_schools, missing_years};
use server::app::import::{self, ImportError, ImportTally};
use store::{audit, calendar};

use crate::calendar::date;
use crate::common::district::{SCHOOL, district, garage};
use crate::common::time;

async fn loaded(app: &App) -> domain::calendar::HolidayCalendar {
    load(&mut app.store.begin_read().await.unwrap()).await.unwrap()
}

async fn version(app: &App) -> i64 {
    calendar::version(&mut app.store.begin_read().await.unwrap()).await.unwrap()
}

fn list(year: i32, days: serde_json::Value) -> HolidayList {
    serde_json::from_value(json!({ "year": year, "papers": [], "days": days })).unwrap()
}

contract!(the_shipped_years_are_known, |fixture| async {
    let app = fixture.app();
    let calendar = loaded(&app).await;
    assert!((2024..=2026).all(|year| calendar.knows(year)));
    let day = calendar.day(date("2026-02-17"));
    assert_eq!(
        (day.kind, day.name.as_deref(), day.source),
        (DayKind::Holiday, Some("春节"), DaySource::National)
    );
    assert_eq!(calendar.day(date("2026-02-14")).kind, DayKind::Workday, "a make-up Saturday");
});

contract!(an_imported_list_takes_the_place_of_the_shipped_one, |fixture| async {
    let app = fixture.app();
    let before = version(&app).await;
    assert_eq!(missing_years(&app).await.unwrap().into_iter().collect::<Vec<_>>(), [2027]);
    let next = json!([
        { "name": "元旦", "date": "2027-01-01", "isOffDay": true },
        { "name": "元旦", "date": "2026-12-27", "isOffDay": false },
    ]);
    holidays(&app, &list(2027, next)).await.unwrap();
    let corrected = json!([{ "name": "国庆节", "date": "2026-10-02", "isOffDay": true }]);
    holidays(&app, &list(2026, corrected)).await.unwrap();
    let calendar = loaded(&app).await;
    assert_eq!(calendar.day(date("2027-01-01")).kind, DayKind::Holiday);
    assert_eq!(calendar.day(date("2026-12-27")).kind, DayKind::Workday, "next year's document speaks of it");
    assert_eq!(
        calendar.day(date("2026-10-01")).kind,
        DayKind::Workday,
        "the shipped list of 2026 is replaced"
    );
    assert!(missing_years(&app).await.unwrap().is_empty());
    assert_eq!(version(&app).await, before + 2);
    let mut tx = app.store.begin_read().await.unwrap();
    let log = audit::since(&mut tx, time("2026-01-01T00:00:00Z"), 10).await.unwrap();
    assert_eq!((log[0].action.as_str(), log[0].subject.as_str()), ("calendar.import_holidays", "2027"));
});

contract!(a_list_that_waits_to_be_published_is_refused, |fixture| async {
    let app = fixture.app();
    let before = version(&app).await;
    let refused = holidays(&app, &list(2027, json!([]))).await;
    assert!(matches!(refused, Err(HolidayListError::Invalid(invalid)) if invalid.field == "days"));
    assert!(!loaded(&app).await.knows(2027));
    assert_eq!(version(&app).await, before);
});

contract!(the_city_departs_from_the_national_list, |fixture| async {
    let app = fixture.app();
    let days: Vec<CityDay> = serde_json::from_value(json!([
        { "date": "2026-10-10", "off": false, "acts_as": "Wed", "name": "补周三" },
        { "date": "2026-11-24", "off": true, "name": "台风" },
    ]))
    .unwrap();
    city_days(&app, &days).await.unwrap();
    let calendar = loaded(&app).await;
    let (saturday, storm) = (calendar.day(date("2026-10-10")), calendar.day(date("2026-11-24")));
    assert_eq!(
        (saturday.acts_as, saturday.acts_as_stated, saturday.source),
        (Weekday::Wed, true, DaySource::City)
    );
    assert_eq!((storm.kind, storm.acts_as), (DayKind::Holiday, Weekday::Sun));
    city_days(&app, &[]).await.unwrap();
    assert_eq!(loaded(&app).await.day(date("2026-11-24")).kind, DayKind::Workday);
});

fn with_calendar(calendar: serde_json::Value) -> DistrictSpec {
    let mut district = district();
    district.schools[0].calendar = Some(serde_json::from_value::<SchoolCalendarSpec>(calendar).unwrap());
    district
}

contract!(a_district_file_brings_schools_calendars, |fixture| async {
    let app = fixture.app();
    import::run(&app, &district()).await.unwrap();
    let before = version(&app).await;
    let own = json!({ "days": [{ "date": "2026-11-24", "lessons": true, "earlier_minutes": 60 }] });
    let counts = import::run(&app, &with_calendar(own.clone())).await.unwrap();
    assert_eq!(counts.schools, ImportTally { changed: 1, ..ImportTally::default() });
    assert_eq!(version(&app).await, before + 1);
    let counts = import::run(&app, &with_calendar(own)).await.unwrap();
    assert_eq!(counts.schools, ImportTally { unchanged: 1, ..ImportTally::default() });
    import::run(&app, &district()).await.unwrap();
    assert_eq!(version(&app).await, before + 1, "a file without a calendar leaves it as it is");
    let day = loaded(&app).await.day(date("2026-11-24"));
    let schools = load_schools(&mut app.store.begin_read().await.unwrap(), &garage(SCHOOL)).await.unwrap();
    assert_eq!(schools[0].1.lessons(&day), DayLessons::Earlier { minutes: 60 });
});

contract!(a_mistake_in_a_district_files_calendar_is_named, |fixture| async {
    let day = json!({ "date": "2026-11-24", "lessons": false });
    let refused = import::run(&fixture.app(), &with_calendar(json!({ "days": [day, day] }))).await;
    let Err(ImportError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
    assert_eq!(invalid.field, "schools[0].calendar.days[1].date");
});
