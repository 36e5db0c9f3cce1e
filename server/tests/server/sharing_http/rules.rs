//! Rules that belong to no window: limits, and the consequences of strikes.

use reqwest::Method;
use serde_json::json;

use crate::common::district::SCHOOL;
use crate::common::http::ask;
use crate::sharing_http::console::{SharingConsole, audited, state, with_fields};
use crate::world::{ServerWorld, public, refused};

contract!(rules_hold_for_what_is_asked_from_then_on, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let read = console.get("sharing-rules").await;
    let usual = json!({
        "strikes": 3, "strike_days": 30, "block_days": 7, "live_per_person": 10, "live_per_plate": 10,
    });
    assert_eq!((read.status, &read.body), (200, &usual));
    let etag = read.header("etag").to_owned();
    let known =
        console.request(Method::GET, &format!("{SCHOOL}/sharing-rules")).header("if-none-match", &etag);
    assert_eq!(ask(known).await.status, 304);
    let driver = world.driver(1).await;
    let mut made = Vec::new();
    for hours in ["18:00-19:00", "19:00-20:00"] {
        made.push(driver.reserved(SCHOOL, &public(1, hours)).await);
    }
    let strict = with_fields(&usual, &json!({ "live_per_plate": 2, "strikes": 0 }));
    let put = console.put("sharing-rules", &etag, &strict).await;
    assert_eq!((put.status, &put.body), (200, &strict), "{put:?}");
    refused(&console.put("sharing-rules", &etag, &strict).await, 412, "sharing_changed");
    assert_eq!(console.get("sharing-rules").await.header("etag"), put.header("etag"));
    refused(&driver.reserve(SCHOOL, &public(1, "20:00-21:00")).await, 409, "too_many_reservations");
    for made in &made {
        assert_eq!(state(&driver, made).await.0, "confirmed");
    }
    let last = audited(fixture).await.pop().unwrap();
    assert_eq!((last.0.as_str(), last.1.as_str()), ("sharing_rules.change", "school/sharing-rules"));
    assert!(last.2.contains("live_per_plate: 2"), "{last:?}");
});

contract!(mistakes_in_rules_name_their_field, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let usual = console.get("sharing-rules").await.body;
    for (field, value) in [
        ("strikes", 101),
        ("strike_days", 0),
        ("block_days", 366),
        ("live_per_person", 0),
        ("live_per_plate", 101),
    ] {
        let wrong = with_fields(&usual, &json!({ (field): value }));
        let answer = console.put("sharing-rules", "*", &wrong).await;
        refused(&answer, 422, "invalid_body");
        assert_eq!(answer.body["field"], field);
    }
    let without = console.request(Method::PUT, &format!("{SCHOOL}/sharing-rules")).json(&usual);
    refused(&ask(without).await, 428, "if_match_missing");
});
