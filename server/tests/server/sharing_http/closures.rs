//! Closures: suspensions and blackouts with a reason that those who are affected read; spaces out of service.

use serde_json::{Value, json};

use crate::common::district::SCHOOL;
use crate::sharing_http::console::{SharingConsole, audited, inbox, morning, state, with_fields};
use crate::world::{ServerWorld, id, pickup, public, refused};

const REASON: &str = "地面重新划线";

fn closure(hours: &str) -> Value {
    let (from, until) = hours.split_once('-').unwrap();
    let at = |hour: &str| format!("2026-11-24T{hour}:00+08:00");
    json!({ "from": at(from), "until": at(until), "reason": REASON })
}

contract!(a_closure_cancels_reservations_and_tells_why, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let (driver, other) = (world.driver(1).await, world.driver(2).await);
    let loses = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let keeps = other.reserved(SCHOOL, &public(2, "21:00-22:00")).await;
    let mother = world.person("mother").await;
    let pickup = mother.reserved(SCHOOL, &pickup("16:00-16:30")).await;
    let asked = closure("16:30-21:00");
    let seen = console.preview("closures", &asked).await;
    assert_eq!((seen.status, &seen.body["affected"]["number"]), (200, &json!(1)), "{seen:?}");
    assert_eq!(seen.body["affected"]["first"][0]["id"], loses["id"]);
    let refusal = console.add_with("k", "closures", &asked).await;
    refused(&refusal, 409, "reservations_affected");
    assert_eq!(refusal.body["detail"], "1 reservations would lose their space");
    assert_eq!(console.get("closures").await.body, json!({ "closures": [] }));

    let made = console.add_with("k", "closures?affected=cancel", &asked).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((&made.body["reason"], &made.body["operator"]), (&json!(REASON), &json!("李值班")));
    let again = console.add_with("k", "closures?affected=cancel", &asked).await;
    assert_eq!((again.status, &again.body), (201, &made.body));
    refused(&console.add_with("k", "closures", &closure("16:30-20:00")).await, 409, "idempotency_key_reused");
    assert_eq!(console.get("closures").await.body, json!({ "closures": [made.body] }));

    assert_eq!(state(&driver, &loses).await, ("cancelled".to_owned(), json!("suspended")));
    assert_eq!(inbox(&driver).await, [(json!("suspended"), loses["id"].clone(), json!(REASON))], "once");
    assert_eq!(state(&other, &keeps).await.0, "confirmed");
    assert_eq!(state(&mother, &pickup).await.0, "confirmed");
    refused(&driver.reserve(SCHOOL, &public(1, "19:00-20:00")).await, 409, "closed");

    let path = format!("closures/{}", id(&made.body));
    assert_eq!(console.end(&path, "*").await.status, 204);
    refused(&console.end(&path, "*").await, 404, "not_found");
    refused(&console.add_with("k", "closures", &asked).await, 409, "idempotency_key_reused");
    assert_eq!(driver.reserve(SCHOOL, &public(1, "19:00-20:00")).await.status, 201);
    let done: Vec<_> =
        audited(fixture).await.into_iter().map(|(action, _, detail)| (action, detail)).collect();
    let line = |action: &str, detail: &str| (action.to_owned(), detail.to_owned());
    assert_eq!(done, [line("closure.create", "cancelled 1"), line("closure.end", "")]);
});

contract!(spaces_out_of_service_are_so_many_fewer, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let driver = world.driver(1).await;
    let first = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let two = with_fields(&closure("18:30-23:00"), &json!({ "spaces": 2, "pool": "main" }));
    let made = console.add("closures", &two).await;
    assert_eq!((made.status, &made.body["spaces"], &made.body["pool"]), (201, &json!(2), &json!("main")));
    let other = world.driver(2).await;
    refused(&other.reserve(SCHOOL, &public(2, "19:00-20:00")).await, 409, "full");
    let one = with_fields(&two, &json!({ "spaces": 1 }));
    refused(&console.add("closures", &one).await, 409, "reservations_affected");
    assert_eq!(console.add("closures?affected=cancel", &one).await.status, 201);
    assert_eq!(state(&driver, &first).await.0, "cancelled");
});

contract!(what_was_kept_for_parents_is_given_back_to_them_openly, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let afternoon = json!({ "start_minute": 840, "length_minutes": 240, "quota": 3 });
    assert_eq!(console.add("windows", &with_fields(&morning(), &afternoon)).await.status, 201);
    let trip = with_fields(&closure("14:00-18:00"), &json!({ "audience": "pickup" }));
    let made = console.add("closures", &trip).await;
    assert_eq!((made.status, &made.body["audience"]), (201, &json!("pickup")), "{made:?}");
    let driver = world.driver(1).await;
    let stays = driver.reserved(SCHOOL, &public(1, "15:10-16:00")).await;
    let path = format!("closures/{}", id(&made.body));
    refused(&console.end(&path, "*").await, 409, "reservations_affected");
    assert_eq!(state(&driver, &stays).await.0, "confirmed");
    refused(&driver.reserve(SCHOOL, &public(1, "19:00-20:00x")).await, 422, "invalid_body");
    assert_eq!(console.end(&format!("{path}?affected=cancel"), "*").await.status, 204);
    assert_eq!(state(&driver, &stays).await, ("cancelled".to_owned(), json!("suspended")));
    refused(&driver.reserve(SCHOOL, &public(1, "15:10-16:00")).await, 409, "full");
});

contract!(mistakes_in_a_closure_name_their_field, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let cases = [
        (json!({ "reason": " x " }), "reason"),
        (json!({ "reason": "x".repeat(501) }), "reason"),
        (json!({ "until": "2026-11-24T16:30:00+08:00" }), "until"),
        (json!({ "from": "2026-11-23T15:00:00+08:00", "until": "2026-11-23T15:40:00+08:00" }), "until"),
        (json!({ "until": "2028-01-01T00:00:00+08:00" }), "until"),
        (json!({ "from": "2026-11-24T16:30:01+08:00" }), "from"),
        (json!({ "until": "2026-11-24T21:00:00.5+08:00" }), "until"),
        (json!({ "from": "tomorrow" }), "from"),
        (json!({ "pool": "roof" }), "pool"),
        (json!({ "audience": "teachers" }), "audience"),
        (json!({ "spaces": 0 }), "spaces"),
    ];
    for (fields, field) in cases {
        let asked = with_fields(&closure("16:30-21:00"), &fields);
        for answer in [console.add("closures", &asked).await, console.preview("closures", &asked).await] {
            refused(&answer, 422, "invalid_body");
            assert_eq!(answer.body["field"], field, "{answer:?}");
        }
    }
    let without = reqwest::Method::POST;
    let request = console.request(without, &format!("{SCHOOL}/closures")).json(&closure("16:30-21:00"));
    refused(&crate::common::http::ask(request).await, 400, "idempotency_key_missing");
});
