//! Reservations through the operator console.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::StoreFixture;
use crate::common::district::{MALL, SCHOOL};
use crate::common::http::{HttpReply, ask};
use crate::world::{ServerWorld, id, pickup, public, refused, stay};

async fn get(world: &ServerWorld, rest: &str) -> HttpReply {
    ask(world.operator(Method::GET, &format!("{SCHOOL}/{rest}"))).await
}

async fn send(world: &ServerWorld, method: Method, rest: &str, body: &Value) -> HttpReply {
    ask(world.operator(method, &format!("{SCHOOL}/{rest}")).header("idempotency-key", "o-1").json(body)).await
}

/// Closes the school's garage for all audiences, directly in the store.
pub(super) async fn close(world: &ServerWorld, from: &str, until: &str) {
    let time = |text| domain::time::Timestamp::parse(text).unwrap();
    let school = crate::common::district::garage(SCHOOL);
    let mut tx = world.app.store.begin().await.unwrap();
    let operator = store::operator::by_username(&mut tx, "li").await.unwrap().unwrap().id;
    let closure = store::closure::StoredClosure {
        id: uuid::Uuid::now_v7(),
        pool: None,
        audience: None,
        from: time(from),
        until: time(until),
        spaces: None,
        reason: "painting".to_owned(),
        operator: operator.clone(),
        operator_name: String::new(),
        created_at: world.app.now(),
    };
    store::closure::insert(&mut tx, &school, &closure).await.unwrap();
    store::book::lock(&mut tx, std::slice::from_ref(&school)).await.unwrap();
    store::book::advance(&mut tx, std::slice::from_ref(&school)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn audited(fixture: &StoreFixture) -> Vec<String> {
    let mut tx = fixture.store.begin_read().await.unwrap();
    let since = domain::time::Timestamp::from_micros(0);
    let lines = store::audit::since(&mut tx, since, 1000).await.unwrap();
    lines.into_iter().filter(|line| line.actor_kind == "operator").map(|line| line.action).collect()
}

contract!(an_operator_reserves_for_any_plate_and_may_change_all, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let made = send(&world, Method::POST, "reservations", &stay("public", "鲁B88888", "19:00-20:00")).await;
    assert_eq!((made.status, &made.body["origin"]), (201, &json!("operator")), "{made:?}");
    let driver = world.driver(1).await;
    let theirs = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let longer = json!({ "ends_at": "2026-11-24T21:00:00+08:00" });
    let path = format!("reservations/{}", id(&theirs));
    assert_eq!(
        send(&world, Method::PATCH, &path, &longer).await.body["ends_at"],
        "2026-11-24T13:00:00.000000Z"
    );
    let cancelled = send(&world, Method::POST, &format!("{path}/acts"), &json!({ "act": "cancel" })).await;
    assert_eq!(
        (&cancelled.body["state"], &cancelled.body["cause"]),
        (&json!("cancelled"), &json!("operator"))
    );
    let elsewhere = driver.reserved(MALL, &public(1, "10:00-11:00")).await;
    let path = format!("reservations/{}", id(&elsewhere));
    refused(&send(&world, Method::PATCH, &path, &longer).await, 404, "not_found");
    let foreign = world.operator(Method::GET, &format!("{MALL}/reservations"));
    refused(&ask(foreign).await, 404, "not_found");
    let day = get(&world, "reservations?day=2026-11-24").await;
    let plates: Vec<_> = day.body["items"].as_array().unwrap().iter().map(|r| r["plate"].clone()).collect();
    assert_eq!(plates.len(), 2, "{day:?}");
    assert!(plates.contains(&json!("鲁B88888")));
    let seen = audited(fixture).await;
    for action in ["reservation.create", "reservation.change", "reservation.cancel", "reservation.read"] {
        assert!(seen.iter().any(|line| line == action), "{action} is in the log");
    }
});

contract!(only_what_an_operator_changes_is_audited, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let reserve = stay("public", "鲁B88888", "19:00-20:00");
    let made = send(&world, Method::POST, "reservations", &reserve).await;
    assert_eq!(made.status, 201, "{made:?}");
    let again = send(&world, Method::POST, "reservations", &reserve).await;
    assert_eq!((again.status, &again.body["id"]), (201, &made.body["id"]), "{again:?}");
    let path = format!("reservations/{}", id(&made.body));
    let too_long = json!({ "ends_at": "2026-12-24T21:00:00+08:00" });
    assert!(send(&world, Method::PATCH, &path, &too_long).await.status >= 400);
    let acts = format!("{path}/acts");
    for _ in 0..2 {
        assert_eq!(send(&world, Method::POST, &acts, &json!({ "act": "cancel" })).await.status, 200);
    }
    let driver = world.driver(1).await;
    let own = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let mut tx = fixture.store.begin_read().await.unwrap();
    let since = domain::time::Timestamp::from_micros(0);
    let lines = store::audit::since(&mut tx, since, 1000).await.unwrap();
    let lines = lines.into_iter().filter(|line| line.action.starts_with("reservation."));
    let lines: Vec<_> = lines.map(|line| (line.action, line.subject)).collect();
    let reservation = id(&made.body).to_owned();
    let expected = [
        ("reservation.create".to_owned(), reservation.clone()),
        ("reservation.cancel".to_owned(), reservation),
    ];
    assert_eq!(lines, expected, "a person's own reservation {} is not audited", id(&own));
});

contract!(blocks_and_strikes_are_kept_with_reasons, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let bad = send(&world, Method::POST, "blocks", &json!({ "plate": "鲁B88888", "reason": "x" })).await;
    refused(&bad, 422, "invalid_body");
    let block = json!({ "plate": "鲁B70001", "reason": "drove off without paying" });
    let made = send(&world, Method::POST, "blocks", &block).await;
    assert_eq!((made.status, &made.body["by_rule"]), (201, &json!(false)));
    let driver = world.driver(1).await;
    refused(&driver.reserve(SCHOOL, &public(1, "19:00-20:00")).await, 409, "plate_blocked");
    let listed = get(&world, "blocks").await;
    assert_eq!(listed.body["blocks"][0]["plate"], "鲁B70001");
    assert_eq!(listed.body["strikes"], json!([]));
    let path = format!("blocks/{}", made.body["id"].as_str().unwrap());
    refused(&send(&world, Method::DELETE, &path, &json!({ "reason": "" })).await, 422, "invalid_body");
    let end = json!({ "reason": "has paid" });
    assert_eq!(send(&world, Method::DELETE, &path, &end).await.status, 204);
    refused(&send(&world, Method::DELETE, &path, &end).await, 404, "not_found");
    assert_eq!(driver.reserve(SCHOOL, &public(1, "19:00-20:00")).await.status, 201);
});

contract!(a_no_show_is_a_strike_that_can_be_lifted, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let tonight = public(1, "19:00-20:00").to_string().replace("2026-11-24", "2026-11-23");
    let made = driver.reserved(SCHOOL, &serde_json::from_str(&tonight).unwrap()).await;
    fixture.clock.set("2026-11-23T19:20:00+08:00");
    // Any decision of the garage lets the allocator process what is due.
    let settle = server::app::allocation::AllocationRequest::Settle;
    server::app::allocation::submit(&world.app, &crate::common::district::garage(SCHOOL), settle)
        .await
        .unwrap();
    let missed = driver.get(&format!("/reservations/{}", id(&made))).await;
    assert_eq!(missed.body["state"], "no_show");
    let listed = get(&world, "blocks").await;
    let strike = &listed.body["strikes"][0];
    assert_eq!((&strike["kind"], &strike["plate"]), (&json!("no_show"), &json!("鲁B70001")));
    let path = format!("strikes/{}/lift", strike["id"].as_str().unwrap());
    assert_eq!(
        send(&world, Method::POST, &path, &json!({ "reason": "the barrier was broken" })).await.status,
        204
    );
    refused(&send(&world, Method::POST, &path, &json!({ "reason": "again" })).await, 404, "not_found");
    let lifted = &get(&world, "blocks").await.body["strikes"][0];
    assert_eq!(lifted["lift_reason"], "the barrier was broken");
});

contract!(a_day_is_drawn_from_windows_and_stays, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let mother = world.person("mother").await;
    mother.reserved(SCHOOL, &pickup("15:00-16:00")).await;
    let driver = world.driver(1).await;
    let gone = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    driver.act(id(&gone), "cancel").await;
    let day = get(&world, "timeline?day=2026-11-24").await;
    assert_eq!(day.status, 200, "{day:?}");
    let pool = &day.body["pools"][0];
    assert_eq!((&pool["pool"], &pool["size"]), (&json!("main"), &json!(3)));
    let levels = pool["levels"].as_array().unwrap();
    let at = |hour: &str| {
        levels.iter().find(|level| level["from"] == format!("2026-11-24T{hour}:00.000000Z")).unwrap()
    };
    assert_eq!((&at("07:00")["taken"], &at("07:00")["kept"]), (&json!([["pickup", 1]]), &json!(2)), "15:00");
    assert_eq!((&at("08:00")["taken"], &at("08:00")["kept"]), (&json!([]), &json!(3)), "16:00");
    assert_eq!(at("09:00")["kept"], 0, "17:00");
    assert_eq!(day.body["reservations"].as_array().unwrap().len(), 2);
    assert_eq!(day.body["occupied"], json!([]), "no data");
    let adjust = json!({ "occupied": 2, "seen": null, "reason": "counted" });
    assert_eq!(send(&world, Method::POST, "adjustments", &adjust).await.status, 201);
    fixture.clock.advance(Duration::from_secs(60));
    let today = get(&world, "timeline").await;
    let points = today.body["occupied"].as_array().unwrap();
    assert_eq!((points.len(), &points[0]["occupied"]), (1, &json!(2)), "{points:?}");
});

contract!(the_clearing_list_and_the_forecast_are_there, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let clearing = get(&world, "clearing").await;
    assert_eq!((clearing.status, &clearing.body["missing"]), (200, &json!(0)), "{clearing:?}");
    assert_eq!(clearing.body["cars"], json!([]));
    assert_eq!(clearing.body["by"], "2026-11-23T07:00:00.000000Z", "the pickup that has begun");
    let other = get(&world, "clearing?by=2026-11-24T15:00:00%2B08:00").await;
    assert_eq!(other.body["by"], "2026-11-24T07:00:00.000000Z");
    let forecast = get(&world, "forecast?hours=24").await;
    let audiences: Vec<_> =
        forecast.body["pools"].as_array().unwrap().iter().map(|pool| pool["audience"].clone()).collect();
    assert_eq!(audiences, [json!("pickup"), json!("staff"), json!("resident"), json!("public")]);
});
