//! Pools are replaced as a whole, while windows and reservations refer to them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::district::SCHOOL;
use crate::common::http::ask;
use crate::sharing_http::console::{NIGHT, PICKUP, SharingConsole, audited, morning, with_fields};
use crate::world::{ServerWorld, id, public, refused, with};

fn pool(id: &str, size: u32, spaces: &[&str]) -> Value {
    json!({ "id": id, "name": "泊位", "name_en": "Spaces", "size": size, "spaces": spaces })
}

/// Two spaces for all audiences, and one with an owner.
fn with_own() -> Value {
    json!({ "pools": [pool("main", 2, &[]), pool("own-1", 1, &["A-01"])] })
}

contract!(an_owners_space_is_a_pool_of_one, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let read = console.get("pools").await;
    assert_eq!((read.status, &read.body["pools"][0]["size"]), (200, &json!(3)));
    let etag = read.header("etag").to_owned();
    let known = console.request(Method::GET, &format!("{SCHOOL}/pools")).header("if-none-match", &etag);
    assert_eq!(ask(known).await.status, 304);
    let promised = console.put("pools", &etag, &with_own()).await;
    refused(&promised, 409, "window_conflict");
    assert!(promised.body["detail"].as_str().unwrap().contains("promises 3 spaces, and its pool has 2"));
    for window in [PICKUP, NIGHT] {
        assert_eq!(console.changed(window, &json!({ "quota": 2 }), "refuse").await.status, 200);
    }
    let put = console.put("pools", &etag, &with_own()).await;
    assert_eq!((put.status, &put.body), (200, &with_own()), "{put:?}");
    assert_eq!(console.get("pools").await.header("etag"), put.header("etag"));
    refused(&console.put("pools", &etag, &with_own()).await, 412, "sharing_changed");
    assert_eq!(audited(fixture).await.pop().unwrap().0, "pools.change");

    let owners = with_fields(&morning(), &json!({ "pool": "own-1" }));
    let window = console.add("windows", &owners).await;
    assert_eq!((window.status, &window.body["rule"]["quota"]), (201, &json!(1)));
    let driver = world.driver(1).await;
    let made = driver.reserved(SCHOOL, &with(public(1, "09:00-10:00"), "pool", "own-1")).await;
    assert_eq!(made["pool"], "own-1");

    let back = json!({ "pools": [pool("main", 3, &[])] });
    let tag = put.header("etag");
    refused(&console.put("pools?affected=cancel", tag, &back).await, 409, "pool_in_use");
    assert_eq!(console.ended(id(&window.body), "cancel").await.status, 204);
    let one = console.put("pools", tag, &back).await;
    assert_eq!((one.status, &one.body), (200, &back), "{one:?}");
});

contract!(a_smaller_pool_takes_reservations_away_only_openly, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    // Two audiences at the same time, each with a quota that the new size still covers.
    for window in [PICKUP, NIGHT] {
        assert_eq!(console.changed(window, &json!({ "quota": 1 }), "refuse").await.status, 200);
    }
    let residents = json!({ "audience": "resident", "weekdays": 127, "start_minute": 1140, "length_minutes": 120, "quota": 1 });
    assert_eq!(console.add("windows", &residents).await.status, 201);
    let driver = world.driver(1).await;
    let made = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let etag = console.get("pools").await.header("etag").to_owned();
    let small = json!({ "pools": [pool("main", 1, &[])] });
    let refusal = console.put("pools", &etag, &small).await;
    refused(&refusal, 409, "reservations_affected");
    assert_eq!(console.put("pools?affected=cancel", &etag, &small).await.status, 200);
    assert_eq!(
        crate::sharing_http::console::state(&driver, &made).await.0,
        "cancelled",
        "residents come first"
    );
});

contract!(mistakes_in_pools_name_their_field, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let cases = [
        (json!([]), "pools"),
        (json!([pool("main", 4, &[])]), "pools"),
        (json!([pool("main", 0, &[])]), "pools[0].size"),
        (json!([pool("main", 1, &[]), pool("main", 1, &[])]), "pools[1].id"),
        (json!([pool("main", 2, &["A", "A"])]), "pools[0].spaces[1]"),
        (json!([pool("main", 2, &["A"])]), "pools[0].spaces"),
        (json!([with_fields(&pool("main", 1, &[]), &json!({ "name": "" }))]), "pools[0].name"),
    ];
    for (pools, field) in cases {
        let answer = console.put("pools", "*", &json!({ "pools": pools })).await;
        refused(&answer, 422, "invalid_body");
        assert_eq!(answer.body["field"], field, "{answer:?}");
    }
    let without = console.request(Method::PUT, &format!("{SCHOOL}/pools")).json(&with_own());
    refused(&ask(without).await, 428, "if_match_missing");
});
