//! Windows: add, preview, change, end.

use serde_json::{Value, json};

use crate::common::district::SCHOOL;
use crate::sharing_http::console::{
    NIGHT, PICKUP, SharingConsole, audited, etag, morning, version, with_fields,
};
use crate::world::{ServerWorld, id, public, refused};

fn count(windows: &Value) -> usize {
    windows["windows"].as_array().unwrap().len()
}

contract!(a_new_window_is_open_at_once, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let driver = world.driver(1).await;
    refused(&driver.reserve(SCHOOL, &public(1, "10:00-11:00")).await, 409, "outside_window");
    let before = version(&world).await;
    let made = console.add("windows", &morning()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let rule = &made.body["rule"];
    for (field, value) in [
        ("pool", json!("main")),
        ("kinds", json!(7)),
        ("lessons", json!("any_day")),
        ("bookable", json!(true)),
        ("walk_in", json!(true)),
        ("min_stay_minutes", json!(15)),
        ("max_stay_minutes", json!(1440)),
        ("horizon_minutes", json!(20160)),
        ("early_minutes", json!(10)),
        ("grace_minutes", json!(15)),
        ("notice_minutes", json!(15)),
    ] {
        assert_eq!(rule[field], value, "{field} of {rule}");
    }
    assert!(version(&world).await > before, "books in memory are made anew");
    let listed = console.get("windows").await;
    assert_eq!((listed.status, count(&listed.body)), (200, 5));
    assert_eq!(console.window(id(&made.body)).await, made.body);
    driver.reserved(SCHOOL, &public(1, "10:00-11:00")).await;
    let subject = format!("{SCHOOL}/{}", id(&made.body));
    assert!(audited(fixture).await.contains(&("window.create".to_owned(), subject, String::new())));
});

contract!(a_quote_sees_a_new_window_at_once, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let driver = world.driver(1).await;
    let times = "starts_at=2026-11-24T10:00:00%2B08:00&ends_at=2026-11-24T11:00:00%2B08:00";
    let path = format!("/garages/{SCHOOL}/quote?audience=public&{times}");
    let before = driver.get(&path).await;
    assert_eq!(before.body["refused"]["code"], "outside_window", "{before:?}");
    let made = console.add("windows", &morning()).await;
    let quote = driver.get(&path).await;
    assert_eq!((quote.status, &quote.body["refused"]), (200, &json!(null)), "{quote:?}");
    assert_eq!(console.end(&format!("windows/{}", id(&made.body)), etag(&made.body)).await.status, 204);
    assert_eq!(driver.get(&path).await.body["refused"]["code"], "outside_window");
});

contract!(the_same_key_makes_one_window, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let first = console.add_with("k", "windows", &morning()).await;
    let again = console.add_with("k", "windows", &morning()).await;
    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    assert_eq!(again.body, first.body);
    let other = with_fields(&morning(), &json!({ "quota": 2 }));
    refused(&console.add_with("k", "windows", &other).await, 409, "idempotency_key_reused");
    refused(&console.add_with("", "windows", &morning()).await, 400, "idempotency_key_missing");
    assert_eq!(count(&console.get("windows").await.body), 5);
    let window = format!("windows/{}", id(&first.body));
    assert_eq!(console.end(&window, etag(&first.body)).await.status, 204);
    refused(&console.add_with("k", "windows", &morning()).await, 409, "idempotency_key_reused");
});

contract!(classes_may_be_entered_in_any_order, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let group = |class, minutes| json!({ "class": class, "offset_minutes": minutes });
    let early = json!({
        "audience": "pickup", "weekdays": 31, "start_minute": 660, "length_minutes": 60,
        "stagger": [group("c-1-2", 10), group("c-1-1", 20)],
    });
    let made = console.add_with("k", "windows", &early).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["rule"]["stagger"][0], group("c-1-1", 20));
    assert_eq!(console.add_with("k", "windows", &early).await.body, made.body);
    let rule = with_fields(&early, &json!({ "quota": 2 }));
    let changed = console.put(&format!("windows/{}", id(&made.body)), etag(&made.body), &rule).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(console.window(id(&made.body)).await["etag"], changed.body["etag"]);
});

contract!(only_what_was_read_is_changed_or_ended, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let read = console.window(NIGHT).await;
    let path = format!("windows/{NIGHT}");
    let fewer = with_fields(&read["rule"], &json!({ "quota": 2, "name": "Nights" }));
    fixture.clock.advance(std::time::Duration::from_secs(60));
    let changed = console.put(&path, etag(&read), &fewer).await;
    assert_eq!((changed.status, &changed.body["rule"]), (200, &fewer), "{changed:?}");
    assert_ne!(etag(&changed.body), etag(&read));
    assert_eq!(changed.body["created_at"], read["created_at"]);
    assert_eq!(changed.body["changed_at"], "2026-11-23T07:41:00.000000Z");
    for answer in [console.put(&path, etag(&read), &fewer).await, console.end(&path, etag(&read)).await] {
        refused(&answer, 412, "sharing_changed");
    }
    let request = |method| console.request(method, &format!("{SCHOOL}/{path}"));
    let without = [request(reqwest::Method::PUT).json(&fewer), request(reqwest::Method::DELETE)];
    for request in without {
        refused(&crate::common::http::ask(request).await, 428, "if_match_missing");
    }
    assert_eq!(console.end(&path, etag(&changed.body)).await.status, 204);
    assert_eq!(count(&console.get("windows").await.body), 3);
    refused(&console.put(&path, "*", &fewer).await, 404, "not_found");
    refused(&console.end(&path, "*").await, 404, "not_found");
    let actions: Vec<_> = audited(fixture).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions, ["window.change", "window.end"]);
});

contract!(of_two_operators_who_write_at_once_one_is_told_to_look_again, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (one, other) =
        (SharingConsole::open(&world).await, SharingConsole::of_garage(&world, "wang", SCHOOL).await);
    let read = one.window(NIGHT).await;
    let path = format!("windows/{NIGHT}");
    let of = |quota| with_fields(&read["rule"], &json!({ "quota": quota }));
    let (rule, others) = (of(1), of(2));
    let (a, b) = tokio::join!(one.put(&path, etag(&read), &rule), other.put(&path, etag(&read), &others));
    let (done, late) = if a.status == 200 { (a, b) } else { (b, a) };
    assert_eq!(done.status, 200, "{done:?}");
    refused(&late, 412, "sharing_changed");
    assert_eq!(one.window(NIGHT).await["rule"], done.body["rule"]);
});

contract!(a_preview_says_what_the_write_would_and_writes_nothing, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let driver = world.driver(1).await;
    let made = driver.reserved(SCHOOL, &public(1, "19:00-20:00")).await;
    let before = (version(&world).await, console.get("windows").await.body, audited(fixture).await);
    let later = with_fields(&console.window(NIGHT).await["rule"], &json!({ "start_minute": 1200 }));
    let seen = console.preview("windows", &json!({ "window": NIGHT, "rule": later })).await;
    assert_eq!((seen.status, &seen.body["affected"]["number"]), (200, &json!(1)), "{seen:?}");
    let first = &seen.body["affected"]["first"][0];
    assert_eq!((&first["id"], &first["starts_at"]), (&made["id"], &made["starts_at"]));
    assert!(first.get("plate").is_none());
    let ended = console.preview("windows", &json!({ "window": NIGHT })).await;
    assert_eq!(ended.body["affected"]["number"], 1);
    let new = console.preview("windows", &json!({ "rule": morning() })).await;
    assert_eq!(new.body, json!({ "conflicts": [], "affected": { "number": 0, "first": [] } }));
    let parents = console.preview("windows", &json!({ "window": PICKUP })).await;
    assert_eq!(parents.body["affected"]["number"], 0);
    refused(&console.preview("windows", &json!({ "window": "school-9" })).await, 404, "not_found");
    let nothing = console.preview("windows", &json!({})).await;
    refused(&nothing, 422, "invalid_body");
    assert_eq!(nothing.body["field"], "rule");
    let after = (version(&world).await, console.get("windows").await.body, audited(fixture).await);
    assert_eq!(after, before);
});

contract!(a_field_at_fault_is_named_by_preview_and_write, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let unknown = json!([{ "class": "c-9-9", "offset_minutes": 5 }]);
    let cases = [
        (json!({ "start_minute": 1440 }), "start_minute"),
        (json!({ "length_minutes": 0 }), "length_minutes"),
        (json!({ "length_minutes": 1441 }), "length_minutes"),
        (json!({ "quota": 0 }), "quota"),
        (json!({ "quota": 4 }), "quota"),
        (json!({ "name": " " }), "name"),
        (json!({ "pool": "roof" }), "pool"),
        (json!({ "first_day": "2026-12-02", "last_day": "2026-12-01" }), "last_day"),
        (json!({ "first_day": "-262143-01-01" }), "first_day"),
        (json!({ "min_stay_minutes": 60, "max_stay_minutes": 30 }), "min_stay_minutes"),
        (json!({ "horizon_minutes": 43_201 }), "horizon_minutes"),
        (json!({ "lock_out": { "start_minute": 1320, "length_minutes": 1440 } }), "lock_out.length_minutes"),
        (json!({ "grace_minutes": 241 }), "grace_minutes"),
        (json!({ "stagger": unknown }), "stagger"),
        (json!({ "audience": "pickup", "stagger": unknown }), "stagger[0].class"),
    ];
    for (fields, field) in cases {
        let rule = with_fields(&morning(), &fields);
        let answers = [
            console.add("windows", &rule).await,
            console.preview("windows", &json!({ "rule": rule })).await,
            console.put(&format!("windows/{NIGHT}"), etag(&console.window(NIGHT).await), &rule).await,
        ];
        for answer in answers {
            refused(&answer, 422, "invalid_body");
            assert_eq!(answer.body["field"], field, "{answer:?}");
        }
    }
    let misspelt = console.add("windows", &with_fields(&morning(), &json!({ "quotas": 1 }))).await;
    assert_eq!(misspelt.status, 422, "{misspelt:?}");
    let wish = console.add("windows?affected=perhaps", &morning()).await;
    refused(&wish, 400, "invalid_query");
});
