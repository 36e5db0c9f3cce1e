//! The week: windows made absolute, beside what is closed.

use serde_json::{Value, json};

use crate::sharing_http::console::{NIGHT, PICKUP, SharingConsole, morning, with_fields};
use crate::world::{ServerWorld, id, refused};

fn of<'a>(week: &'a Value, window: &str) -> Vec<&'a Value> {
    week["openings"].as_array().unwrap().iter().filter(|opening| opening["window"] == window).collect()
}

contract!(a_week_shows_who_owns_which_spaces_when, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let afternoon =
        json!({ "start_minute": 840, "length_minutes": 240, "quota": 3, "last_day": "2026-11-26" });
    let made = console.add("windows", &with_fields(&morning(), &afternoon)).await;
    let closed = json!({
        "from": "2026-11-25T18:00:00+08:00", "until": "2026-11-25T20:00:00+08:00", "reason": "cleaning",
    });
    let closure = console.add("closures", &closed).await;
    let week = console.get("openings?from=2026-11-23&to=2026-11-29").await;
    assert_eq!(week.status, 200, "{week:?}");
    let week = &week.body;
    assert_eq!(week["days"].as_array().unwrap().len(), 7);
    assert_eq!((&week["pools"][0]["id"], &week["closures"]), (&json!("main"), &json!([closure.body])));
    let nights = of(week, NIGHT);
    assert_eq!(nights.len(), 8, "Sunday's reaches into Monday");
    assert_eq!(
        (&nights[0]["day"], &nights[0]["until"]),
        (&json!("2026-11-22"), &json!("2026-11-22T22:00:00.000000Z"))
    );
    assert_eq!(nights[1]["until"], "2026-11-23T22:00:00.000000Z", "across midnight");
    let pickups = of(week, PICKUP);
    assert_eq!(pickups.len(), 5);
    assert_eq!(pickups[0]["groups"], json!([{ "class": "c-1-2", "from": "2026-11-23T07:30:00.000000Z" }]));
    let afternoons = of(week, id(&made.body));
    assert_eq!(afternoons.len(), 4, "to the last day");
    assert_eq!((&afternoons[0]["kept_for_pickup"], &afternoons[0]["quota"]), (&json!(3), &json!(3)));
    assert_eq!((&afternoons[0]["name"], &nights[0]["kept_for_pickup"]), (&json!("Mornings"), &json!(0)));
});

contract!(a_holiday_has_its_own_windows, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let holidays = json!({ "kinds": 4, "start_minute": 480, "length_minutes": 600, "name": "Holidays" });
    let made = console.add("windows", &with_fields(&morning(), &holidays)).await;
    let week = console.get("openings?from=2026-12-28&to=2027-01-03").await.body;
    let days: Vec<_> = of(&week, id(&made.body)).iter().map(|opening| opening["day"].clone()).collect();
    assert!(days.iter().all(|day| day.as_str().unwrap() >= "2027-01-01"), "{days:?}");
    let autumn = console.get("openings?from=2026-09-25&to=2026-09-27").await.body;
    assert_eq!(of(&autumn, id(&made.body)).len(), 3);
    assert!(of(&autumn, PICKUP).len() <= 1, "no school on holidays but by its window's own days");
});

contract!(a_wrong_range_is_refused, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    for query in [
        "from=2026-11-23&to=2026-11-22",
        "from=2026-11-01&to=2026-12-06",
        "from=1999-12-31&to=1999-12-31",
        "from=-262143-01-01&to=-262143-01-01",
        "from=2026-11-23",
        "from=monday&to=sunday",
    ] {
        refused(&console.get(&format!("openings?{query}")).await, 400, "invalid_query");
    }
    assert_eq!(console.get("openings?from=2026-11-01&to=2026-12-05").await.status, 200);
});
