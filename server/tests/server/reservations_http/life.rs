//! A reservation from the quote to its end.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::common::district::{MALL, SCHOOL};
use crate::common::http::ask;
use crate::world::{ServerWorld, driver_plate, id, pickup, public, refused, stay, with};

contract!(a_driver_reserves_changes_and_cancels, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let times = "starts_at=2026-11-24T10:00:00%2B08:00&ends_at=2026-11-24T12:00:00%2B08:00";
    let quote = driver.get(&format!("/garages/{MALL}/quote?audience=public&{times}")).await;
    assert_eq!((quote.status, &quote.body["free"], &quote.body["refused"]), (200, &json!(2), &json!(null)));
    let answer = driver.reserve(MALL, &public(1, "10:00-12:00")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = &answer.body;
    assert_eq!(
        (&made["state"], &made["origin"], &made["pool"]),
        (&json!("confirmed"), &json!("app"), &json!("main"))
    );
    assert_eq!((&made["plate"], &made["garage_name_en"]), (&json!(driver_plate(1)), &json!("mall car park")));
    assert_eq!(made["enter_from"], "2026-11-24T01:50:00.000000Z", "ten minutes early");
    assert_eq!(made["enter_until"], "2026-11-24T04:00:00.000000Z", "the end of the stay");
    assert_eq!(made["kept_until"], "2026-11-24T02:15:00.000000Z", "the end of the grace");
    assert_eq!(answer.header("etag"), format!("\"{}\"", made["changed_at"].as_str().unwrap()));
    let longer = driver.patch(id(made), &json!({ "ends_at": "2026-11-24T13:00:00+08:00" })).await;
    assert_eq!((longer.status, &longer.body["ends_at"]), (200, &json!("2026-11-24T05:00:00.000000Z")));
    assert_eq!(longer.body["starts_at"], made["starts_at"]);
    let cancelled = driver.act(id(made), "cancel").await;
    assert_eq!((cancelled.status, &cancelled.body["state"]), (200, &json!("cancelled")));
    assert_eq!(
        (&cancelled.body["cause"], &cancelled.body["lateness"]),
        (&json!("driver"), &json!("in_time"))
    );
    let again = driver.act(id(made), "cancel").await;
    assert_eq!((again.status, &again.body["state"]), (200, &json!("cancelled")), "it is done already");
    refused(&driver.act(id(made), "confirm").await, 409, "wrong_phase");
    refused(
        &driver.patch(id(made), &json!({ "ends_at": "2026-11-24T14:00:00+08:00" })).await,
        409,
        "wrong_phase",
    );
    let shown = driver.get(&format!("/reservations/{}", id(made))).await;
    assert_eq!((shown.status, &shown.body["state"]), (200, &json!("cancelled")));
    assert_eq!(shown.header("etag"), cancelled.header("etag"));
});

contract!(a_held_space_is_confirmed_in_time_or_lost, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let hold = |hours| with(public(1, hours), "wish", "hold");
    let held = driver.reserved(MALL, &hold("10:00-11:00")).await;
    assert_eq!(held["state"], "held");
    assert!(held["expires_at"].is_string());
    let confirmed = driver.act(id(&held), "confirm").await;
    assert_eq!((confirmed.status, &confirmed.body["state"]), (200, &json!("confirmed")));
    assert_eq!(driver.act(id(&held), "confirm").await.body["state"], "confirmed", "again does no harm");
    let lost = driver.reserved(MALL, &hold("11:00-12:00")).await;
    fixture.clock.advance(Duration::from_secs(6 * 60));
    refused(&driver.act(id(&lost), "confirm").await, 409, "wrong_phase");
});

contract!(who_waits_gets_an_offer_when_a_space_comes_free, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (first, second, third) = (world.driver(1).await, world.driver(2).await, world.driver(3).await);
    let has = first.reserved(MALL, &public(1, "10:00-12:00")).await;
    second.reserved(MALL, &public(2, "10:00-12:00")).await;
    let waits = with(public(3, "11:00-13:00"), "wish", "confirm_or_wait");
    let waiting = third.reserved(MALL, &waits).await;
    assert_eq!((&waiting["state"], &waiting["waiting_before"]), (&json!("waiting"), &json!(0)));
    let fourth = world.driver(4).await;
    let waits = with(public(4, "11:00-12:00"), "wish", "confirm_or_wait");
    assert_eq!(fourth.reserved(MALL, &waits).await["waiting_before"], 1);
    first.act(id(&has), "cancel").await;
    let offer = third.get(&format!("/reservations/{}", id(&waiting))).await;
    assert_eq!(offer.body["state"], "held", "{offer:?}");
    let news = third.get("/notices").await;
    let notice = &news.body["items"][0];
    assert_eq!((&notice["kind"], &notice["reservation"]), (&json!("offer"), &waiting["id"]));
    assert_eq!((&notice["read"], &notice["garage_name_en"]), (&json!(false), &json!("mall car park")));
    let read = format!("/notices/{}/read", notice["id"].as_str().unwrap());
    refused(&first.post(&read, &json!({})).await, 404, "not_found");
    for _ in 0..2 {
        assert_eq!(ask(third.request(Method::POST, &read)).await.status, 204);
    }
    assert_eq!(third.get("/notices").await.body["items"][0]["read"], true);
    assert_eq!(third.act(id(&waiting), "confirm").await.body["state"], "confirmed");
});

contract!(the_same_key_gives_the_same_reservation, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (driver, other) = (world.driver(1).await, world.driver(2).await);
    let first = driver.reserve_with(MALL, "k", &public(1, "10:00-11:00")).await;
    let again = driver.reserve_with(MALL, "k", &public(1, "10:00-11:00")).await;
    assert_eq!((first.status, again.status, &first.body["id"]), (201, 201, &again.body["id"]));
    let different = driver.reserve_with(MALL, "k", &public(1, "12:00-13:00")).await;
    refused(&different, 409, "idempotency_key_reused");
    let others = other.reserve_with(MALL, "k", &public(2, "10:00-11:00")).await;
    assert_eq!(others.status, 201, "a key is its owner's");
    assert_ne!(others.body["id"], first.body["id"]);
    let without = driver.post(&format!("/garages/{MALL}/reservations"), &public(1, "14:00-15:00")).await;
    refused(&without, 400, "idempotency_key_missing");
    let long = driver.reserve_with(MALL, &"x".repeat(101), &public(1, "14:00-15:00")).await;
    refused(&long, 400, "idempotency_key_missing");
});

contract!(a_stale_screen_changes_nothing, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let made = driver.reserve(MALL, &public(1, "10:00-11:00")).await;
    let path = format!("/reservations/{}", id(&made.body));
    let change = |tag: &str, until: &str| {
        let body = json!({ "ends_at": format!("2026-11-24T{until}:00+08:00") });
        ask(driver.request(Method::PATCH, &path).header("if-match", tag).json(&body))
    };
    let (old, clock) = (made.header("etag").to_owned(), &fixture.clock);
    clock.advance(Duration::from_secs(1));
    let changed = change(&old, "12:00").await;
    assert_eq!(changed.status, 200, "{changed:?}");
    refused(&change(&old, "13:00").await, 412, "reservation_changed");
    refused(&change("\"nonsense\"", "13:00").await, 412, "reservation_changed");
    refused(&change("nonsense", "13:00").await, 400, "invalid_if_match");
    refused(&change(&format!("\"other\", {old}"), "13:00").await, 412, "reservation_changed");
    let cancel = |tag: &str| {
        let request = driver.request(Method::POST, &format!("{path}/acts"));
        ask(request.header("if-match", tag).json(&json!({ "act": "cancel" })))
    };
    refused(&cancel(&old).await, 412, "reservation_changed");
    assert_eq!(change("*", "12:30").await.status, 200);
    let now = driver.get(&path).await;
    assert_eq!(cancel(&format!("\"other\", W/{}", now.header("etag"))).await.status, 200);
});

contract!(a_series_reserves_what_is_possible_or_all_or_nothing, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let mother = world.person("mother").await;
    let series = async |key: &str, dates: &[&str], on_conflict: &str| {
        let body = json!({ "first": pickup("15:00-15:30"), "dates": dates, "on_conflict": on_conflict });
        let request = mother.request(Method::POST, &format!("/garages/{SCHOOL}/reservation-series"));
        ask(request.header("idempotency-key", key).json(&body)).await
    };
    // The 28th is a Saturday.
    let days = ["2026-11-26", "2026-11-27", "2026-11-28"];
    let report = series("a", &days, "report").await;
    assert_eq!(report.status, 200, "{report:?}");
    assert_eq!(report.body["dates"][2]["refused"]["code"], "outside_window");
    assert!(report.body["dates"].as_array().unwrap().iter().all(|day| day["reservation"].is_null()));
    let fails = series("b", &days, "fail").await;
    assert!(fails.body["dates"].as_array().unwrap().iter().all(|day| day["reservation"].is_null()));
    assert!(mother.get("/reservations").await.body["items"].as_array().unwrap().is_empty());
    let skips = series("c", &days, "skip").await;
    assert_eq!(skips.body["dates"][0]["reservation"]["starts_at"], "2026-11-26T07:00:00.000000Z");
    assert_eq!(skips.body["dates"][0]["reservation"]["series"], skips.body["id"]);
    assert_eq!(skips.body["dates"][2]["refused"]["code"], "outside_window");
    let again = series("c", &days, "skip").await;
    assert_eq!(again.body["dates"][1]["reservation"]["id"], skips.body["dates"][1]["reservation"]["id"]);
    refused(&series("d", &[], "skip").await, 422, "invalid_body");
    refused(&series("d", &["2026-11-26", "2026-11-26"], "skip").await, 422, "invalid_body");
});

contract!(what_a_driver_has_goes_along_when_the_school_knows_who_it_is, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let made = driver.reserved(MALL, &public(1, "10:00-12:00")).await;
    let code = server::app::bind_code::create(&world.app, "father").await.unwrap().code;
    let body = json!({ "openid": "driver-1", "bind_code": code });
    let opened = driver.post("/sessions", &body).await;
    let father = crate::world::WorldPerson::of(&world, opened.body["token"].as_str().unwrap());
    let own = father.get(&format!("/reservations/{}", id(&made))).await;
    assert_eq!((own.status, &own.body["state"]), (200, &json!("confirmed")));
    assert_eq!(father.act(id(&made), "cancel").await.body["state"], "cancelled");
    refused(&driver.get("/reservations").await, 401, "unauthorized");
    let body = stay("public", &driver_plate(1), "13:00-14:00");
    assert_eq!(father.reserve(MALL, &body).await.status, 201, "the plate is his now");
});
