//! Every reason of a refused reservation, by its code.

use serde_json::json;

use crate::common::district::{FATHER, MALL, SCHOOL};
use crate::world::{ServerWorld, pickup, public, refused, stay, with};

contract!(a_stay_that_breaks_a_rule_is_refused_by_name, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let ask = async |garage: &str, hours: &str| driver.reserve(garage, &public(1, hours)).await;
    let outside = ask(SCHOOL, "12:00-13:00").await;
    refused(&outside, 409, "outside_window");
    assert_eq!(outside.body["help"]["next_start"], "2026-11-24T10:00:00.000000Z", "18:00");
    let short = ask(MALL, "10:00-10:20").await;
    refused(&short, 409, "too_short");
    assert_eq!(short.body["detail"], "the stay must be at least 30 min");
    refused(&ask(MALL, "10:00-19:00").await, 409, "too_long");
    refused(&ask(MALL, "03:00-05:00").await, 409, "locked_out");
    let day = |day: &str| {
        let at = |hour: &str| format!("2026-{day}T{hour}:00+08:00");
        with(with(public(1, "10:00-11:00"), "starts_at", at("10:00")), "ends_at", at("11:00"))
    };
    refused(&driver.reserve(MALL, &day("11-27")).await, 409, "too_far_ahead");
    refused(&driver.reserve(MALL, &day("11-23")).await, 409, "in_the_past");
    let elsewhere = with(public(1, "10:00-11:00"), "pool", "roof");
    refused(&driver.reserve(MALL, &elsewhere).await, 422, "no_such_pool");
    refused(&driver.reserve("nowhere", &public(1, "10:00-11:00")).await, 404, "not_found");
    let father = world.person("father").await;
    let resident = father.reserve(SCHOOL, &stay("resident", FATHER, "17:00-17:30")).await;
    refused(&resident, 409, "not_bookable");
});

contract!(a_body_that_is_wrong_names_its_field, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let good = public(1, "10:00-11:00");
    let cases = [
        (with(good.clone(), "starts_at", "2026-11-24T10:00:30+08:00"), "invalid_body", "starts_at"),
        (with(good.clone(), "ends_at", "2026-11-24T10:00:00+08:00"), "invalid_body", "ends_at"),
        (with(good.clone(), "ends_at", "2026-11-24T09:00:00+08:00"), "invalid_body", "ends_at"),
        (with(good.clone(), "plate", "HELLO"), "invalid_plate", "plate"),
        (with(good.clone(), "colour", "red"), "invalid_body", "colour"),
        (with(good, "audience", "everybody"), "invalid_body", "audience"),
    ];
    for (body, code, field) in cases {
        let answer = driver.reserve(MALL, &body).await;
        refused(&answer, 422, code);
        assert_eq!(answer.body["field"], field);
    }
});

contract!(who_comes_too_late_learns_when_and_where_else, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    for number in 1..=2 {
        world.driver(number).await.reserved(MALL, &public(number, "19:00-21:00")).await;
    }
    let third = world.driver(3).await;
    let waits = with(public(3, "19:00-20:00"), "wish", "confirm_or_wait");
    assert_eq!(third.reserved(MALL, &waits).await["state"], "waiting");
    let fourth = world.driver(4).await;
    let full = fourth.reserve(MALL, &public(4, "19:30-20:30")).await;
    refused(&full, 409, "full");
    let help = &full.body["help"];
    assert_eq!((&help["waiting"], &help["next_start"]), (&json!(1), &json!("2026-11-24T13:00:00.000000Z")));
    let near = help["alternatives"].as_array().unwrap();
    assert_eq!(near.len(), 1, "the far one is too far: {near:?}");
    assert_eq!((&near[0]["garage"], &near[0]["free"]), (&json!(SCHOOL), &json!(3)));
    assert_eq!((&near[0]["distance_metres"], &near[0]["audience"]), (&json!(500), &json!("public")));
    let times = "starts_at=2026-11-24T19:30:00%2B08:00&ends_at=2026-11-24T20:30:00%2B08:00";
    let quote = fourth.get(&format!("/garages/{MALL}/quote?audience=public&{times}")).await;
    assert_eq!((&quote.body["free"], &quote.body["refused"]["code"]), (&json!(0), &json!("full")));
    assert_eq!(
        (&quote.body["waiting"], &quote.body["alternatives"]),
        (&help["waiting"], &help["alternatives"])
    );
    let made = fourth.reserved(MALL, &public(4, "16:00-17:00")).await;
    let evening = json!({ "starts_at": "2026-11-24T19:00:00+08:00", "ends_at": "2026-11-24T20:00:00+08:00" });
    let moved = fourth.patch(made["id"].as_str().unwrap(), &evening).await;
    refused(&moved, 409, "full");
    assert_eq!(moved.body["help"]["alternatives"][0]["garage"], SCHOOL);
});

contract!(a_plate_is_at_one_place_at_a_time_and_has_a_limit, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    driver.reserved(MALL, &public(1, "08:00-09:00")).await;
    let busy = driver.reserve(MALL, &public(1, "08:30-09:30")).await;
    refused(&busy, 409, "plate_busy");
    assert!(busy.body["detail"].is_null(), "not with which");
    for hour in 9..18 {
        driver.reserved(MALL, &public(1, &format!("{hour:02}:00-{:02}:00", hour + 1))).await;
    }
    refused(&driver.reserve(MALL, &public(1, "20:00-21:00")).await, 409, "too_many_reservations");
});

contract!(what_the_operator_has_closed_or_blocked_is_said_so, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let mother = world.person("mother").await;
    let block = json!({ "plate": crate::common::district::MOTHER, "reason": "damaged the barrier" });
    let request = world.operator(reqwest::Method::POST, &format!("{SCHOOL}/blocks")).json(&block);
    assert_eq!(crate::common::http::ask(request).await.status, 201);
    let night = stay("public", crate::common::district::MOTHER, "19:00-20:00");
    refused(&mother.reserve(SCHOOL, &night).await, 409, "plate_blocked");
    assert_eq!(mother.reserve(SCHOOL, &pickup("15:00-15:30")).await.status, 201, "not for a child's sake");
    crate::reservations_http::operators::close(
        &world,
        "2026-11-24T19:00:00+08:00",
        "2026-11-24T20:00:00+08:00",
    )
    .await;
    let driver = world.driver(1).await;
    refused(&driver.reserve(SCHOOL, &public(1, "18:30-19:30")).await, 409, "closed");
});
