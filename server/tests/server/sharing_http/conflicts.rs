//! Conflicts between windows are reported when the windows are entered.

use serde_json::{Value, json};

use crate::common::district::SCHOOL;
use crate::common::http::HttpReply;
use crate::sharing_http::console::{NIGHT, SharingConsole, morning, with_fields};
use crate::world::{ServerWorld, pickup, public, refused};

fn kinds(preview: &HttpReply) -> Vec<(&Value, bool)> {
    let conflicts = preview.body["conflicts"].as_array().unwrap_or_else(|| panic!("{preview:?}"));
    conflicts.iter().map(|conflict| (&conflict["kind"], conflict["refused"] == true)).collect()
}

fn public_window(start: u32, length: u32) -> Value {
    with_fields(&morning(), &json!({ "start_minute": start, "length_minutes": length, "quota": 3 }))
}

contract!(windows_of_one_audience_meet_but_do_not_overlap, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let over = public_window(19 * 60, 60);
    let seen = console.preview("windows", &json!({ "rule": over })).await;
    assert_eq!(kinds(&seen), [(&json!("overlap"), true)]);
    let conflict = &seen.body["conflicts"][0];
    assert_eq!(conflict["windows"], json!(["new", NIGHT]));
    assert_eq!(conflict["from"], "2026-11-22T11:00:00.000000Z", "yesterday's night is still open then");
    let refusal = console.add("windows", &over).await;
    refused(&refusal, 409, "window_conflict");
    let detail = refusal.body["detail"].as_str().unwrap();
    assert!(detail.contains("`Mornings`") && detail.contains("`public`"), "{detail}");
    let meets = public_window(6 * 60, 60);
    assert_eq!(kinds(&console.preview("windows", &json!({ "rule": meets })).await), []);
    assert_eq!(console.add("windows", &meets).await.status, 201);
    let driver = world.driver(1).await;
    driver.reserved(SCHOOL, &public(1, "05:30-06:30")).await;
});

contract!(what_would_clash_next_term_is_said_today, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let only = |day: &str| json!({ "first_day": day, "last_day": day });
    // The night window of the day before ends at 6:00.
    let dawn = with_fields(&public_window(5 * 60, 30), &only("2027-03-01"));
    let seen = console.preview("windows", &json!({ "rule": dawn })).await;
    assert_eq!(kinds(&seen), [(&json!("overlap"), true)]);
    assert_eq!(seen.body["conflicts"][0]["from"], "2027-02-28T21:00:00.000000Z");
    refused(&console.add("windows", &dawn).await, 409, "window_conflict");
    let range = console.changed(NIGHT, &json!({ "last_day": "2027-02-27" }), "refuse").await;
    assert_eq!(range.status, 200, "{range:?}");
    assert_eq!(console.add("windows", &dawn).await.status, 201);
    let weekend = json!({ "last_day": null });
    refused(&console.changed(NIGHT, &weekend, "refuse").await, 409, "window_conflict");
});

contract!(pickup_is_explained_and_never_taken, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let afternoon = public_window(14 * 60, 240);
    let seen = console.preview("windows", &json!({ "rule": afternoon })).await;
    let found = kinds(&seen);
    assert!(found.contains(&(&json!("public_during_pickup"), false)), "{found:?}");
    assert!(found.iter().all(|(_, refused)| !refused), "{found:?}");
    let shares = |conflict: &Value| -> Vec<(Value, Value)> {
        let shares = conflict["shares"].as_array().unwrap().iter();
        shares.map(|share| (share["audience"].clone(), share["left"].clone())).collect()
    };
    let both = [(json!("pickup"), json!(3)), (json!("public"), json!(0))];
    let conflicts = seen.body["conflicts"].as_array().unwrap();
    assert!(conflicts.iter().any(|conflict| shares(conflict) == both), "{conflicts:?}");
    assert_eq!(console.add("windows", &afternoon).await.status, 201);
    let listed = console.get("windows").await.body;
    let explained = listed["conflicts"].as_array().unwrap();
    assert!(explained.iter().any(|conflict| conflict["kind"] == "public_during_pickup"), "{explained:?}");
    let driver = world.driver(1).await;
    refused(&driver.reserve(SCHOOL, &public(1, "15:10-16:10")).await, 409, "full");
    refused(&driver.reserve(SCHOOL, &public(1, "14:30-15:01")).await, 409, "full");
    driver.reserved(SCHOOL, &public(1, "14:00-15:00")).await;
    let mother = world.person("mother").await;
    mother.reserved(SCHOOL, &pickup("15:00-16:00")).await;
});

contract!(a_stay_that_would_end_while_nobody_may_move_is_explained, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    let locked = |length| json!({ "lock_out": { "start_minute": 1320, "length_minutes": length } });
    let rule = console.window(NIGHT).await["rule"].clone();
    let preview = async |fields: &Value| {
        console.preview("windows", &json!({ "window": NIGHT, "rule": with_fields(&rule, fields) })).await
    };
    assert_eq!(kinds(&preview(&locked(480)).await), [], "it is over when the window ends");
    assert_eq!(kinds(&preview(&locked(540)).await), [(&json!("ends_in_lock_out"), false)]);
    assert_eq!(console.changed(NIGHT, &locked(480), "refuse").await.status, 200);
    let driver = world.driver(1).await;
    for hours in ["22:30-23:30", "21:00-22:30"] {
        refused(&driver.reserve(SCHOOL, &public(1, hours)).await, 409, "locked_out");
    }
    driver.reserved(SCHOOL, &public(1, "21:00-22:00")).await;
});
