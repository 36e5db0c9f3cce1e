//! Reservations that would lose their space by a change: they stop the change, or are cancelled with it.

use domain::access::{AccessDecision, Audience};
use protocol::uplink::GateEvent;
use serde_json::{Value, json};

use crate::common::district::{SCHOOL, SCHOOL_TOKEN};
use crate::common::gateway::{batch, entry};
use crate::sharing_http::console::{NIGHT, SharingConsole, audited, inbox, morning, state, version};
use crate::world::{ServerWorld, WorldPerson, driver_plate, id, public, refused, with};

fn suspended() -> (String, Value) {
    ("cancelled".to_owned(), json!("suspended"))
}

async fn is_confirmed(person: &WorldPerson<'_>, reservation: &Value) -> bool {
    state(person, reservation).await.0 == "confirmed"
}

/// A public driver's reservation of today instead of tomorrow.
fn tonight(number: u32, hours: &str) -> Value {
    serde_json::from_str(&public(number, hours).to_string().replace("2026-11-24", "2026-11-23")).unwrap()
}

contract!(a_window_that_leaves_reservations_without_a_space_is_refused_with_their_number, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let (early, late) = (world.driver(1).await, world.driver(2).await);
    let loses = early.reserved(SCHOOL, &public(1, "19:00-20:30")).await;
    let keeps = late.reserved(SCHOOL, &public(2, "20:00-21:00")).await;
    let before = (console.window(NIGHT).await, version(&world).await);
    let later = json!({ "start_minute": 1200, "length_minutes": 600 });
    let refusal = console.changed(NIGHT, &later, "refuse").await;
    refused(&refusal, 409, "reservations_affected");
    assert_eq!(refusal.body["detail"], "1 reservations would lose their space");
    assert_eq!((console.window(NIGHT).await, version(&world).await), before, "nothing is written");
    assert!(is_confirmed(&early, &loses).await && inbox(&early).await.is_empty());

    assert_eq!(console.changed(NIGHT, &later, "cancel").await.status, 200);
    assert_eq!(state(&early, &loses).await, suspended());
    assert_eq!(inbox(&early).await, [(json!("suspended"), loses["id"].clone(), json!(""))]);
    assert!(is_confirmed(&late, &keeps).await && inbox(&late).await.is_empty());
    let last = audited(fixture).await.pop().unwrap();
    assert_eq!((last.0.as_str(), last.2.as_str()), ("window.change", "cancelled 1"));
});

contract!(of_too_many_the_youngest_goes, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let mut all = Vec::new();
    for number in 1..=3 {
        fixture.clock.advance(std::time::Duration::from_secs(1));
        let driver = world.driver(number).await;
        let made = driver.reserved(SCHOOL, &public(number, "19:00-20:00")).await;
        all.push((driver, made));
    }
    let fewer = json!({ "quota": 1 });
    let refusal = console.changed(NIGHT, &fewer, "refuse").await;
    assert_eq!(refusal.body["detail"], "2 reservations would lose their space");
    assert_eq!(console.changed(NIGHT, &fewer, "cancel").await.status, 200);
    assert!(is_confirmed(&all[0].0, &all[0].1).await, "who came first");
    for (driver, made) in &all[1..] {
        assert_eq!(state(driver, made).await, suspended());
    }
    refused(&world.driver(4).await.reserve(SCHOOL, &public(4, "19:30-20:00")).await, 409, "full");
});

contract!(a_longer_window_and_one_more_space_hurt_nobody, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let driver = world.driver(1).await;
    let made = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let wider = json!({ "start_minute": 1060, "length_minutes": 740, "max_stay_minutes": 30 });
    let changed = console.changed(NIGHT, &wider, "refuse").await;
    assert_eq!(changed.status, 200, "terms do not touch what was agreed: {changed:?}");
    assert!(is_confirmed(&driver, &made).await);
});

contract!(a_window_ends_in_the_middle_of_its_day, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    world.count_nobody().await;
    let console = SharingConsole::open(&world).await;
    let (inside, late) = (world.driver(1).await, world.driver(2).await);
    let here = inside.reserved(SCHOOL, &tonight(1, "19:00-21:00")).await;
    let ahead = late.reserved(SCHOOL, &tonight(2, "20:00-21:00")).await;
    let tomorrow = late.reserved(SCHOOL, &public(2, "20:00-21:00")).await;
    fixture.clock.set("2026-11-23T19:05:00+08:00");
    let by = AccessDecision::Open {
        audience: Some(Audience::Public),
        reservation: id(&here).parse().ok(),
        leave_by: None,
        because: None,
    };
    let came = GateEvent { decision: Some(by), ..entry("e1", &driver_plate(1), "2026-11-23T19:04:00+08:00") };
    world.server.take(SCHOOL_TOKEN, &batch("e-1", 1, vec![came])).await;

    let refusal = console.ended(NIGHT, "refuse").await;
    refused(&refusal, 409, "reservations_affected");
    assert_eq!(
        refusal.body["detail"], "2 reservations would lose their space",
        "the car has come in meanwhile"
    );
    assert_eq!(console.ended(NIGHT, "cancel").await.status, 204);
    assert_eq!(state(&inside, &here).await.0, "checked_in", "who is inside stays as agreed");
    for made in [&ahead, &tomorrow] {
        assert_eq!(state(&late, made).await, suspended());
    }
    refused(&world.driver(3).await.reserve(SCHOOL, &tonight(3, "20:00-21:00")).await, 409, "outside_window");
});

contract!(who_waits_is_told_as_well_and_what_comes_free_is_offered, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let made = console.add("windows", &morning()).await;
    let (first, second, third) = (world.driver(1).await, world.driver(2).await, world.driver(3).await);
    let long = first.reserved(SCHOOL, &public(1, "08:30-13:00")).await;
    let wait = |number, hours| with(public(number, hours), "wish", "confirm_or_wait");
    let gone = second.reserved(SCHOOL, &wait(2, "12:00-13:00")).await;
    let lucky = third.reserved(SCHOOL, &wait(3, "09:00-10:00")).await;
    assert_eq!((&gone["state"], &lucky["state"]), (&json!("waiting"), &json!("waiting")));
    let path = format!("windows/{}", id(&made.body));
    let rule =
        crate::sharing_http::console::with_fields(&made.body["rule"], &json!({ "length_minutes": 180 }));
    let shorter = console
        .put(&format!("{path}?affected=cancel"), crate::sharing_http::console::etag(&made.body), &rule)
        .await;
    assert_eq!(shorter.status, 200, "{shorter:?}");
    assert_eq!(state(&first, &long).await, suspended());
    assert_eq!(state(&second, &gone).await, suspended());
    assert_eq!(state(&third, &lucky).await.0, "held");
    assert_eq!(inbox(&third).await[0].0, "offer");
});
