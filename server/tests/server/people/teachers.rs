//! A teacher's board and acts.

use std::time::Duration;

use domain::ids::ArrivalId;
use domain::pickup::UNDO_WINDOW;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::api::{InternalApi, InternalReply};
use crate::people::district::car_comes;

async fn act(api: &InternalApi, session: &str, id: ArrivalId, act: &str, seen: i64) -> InternalReply {
    api.post(&format!("/arrivals/{id}/acts"), session, json!({"act": act, "seen": seen})).await
}

fn cursor(arrival: &Value) -> i64 {
    arrival["cursor"].as_i64().unwrap()
}

contract!(a_board_shows_its_own_class_in_order, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    car_comes(&api.app, "P-mei", "c-1").await;
    car_comes(&api.app, "P-brother", "c-2").await;
    let (_, last) = car_comes(&api.app, "P-other", "c-1").await;
    let board = api.get("/classes/c-1/arrivals", &teacher).await.ok();
    assert_eq!(board["cursor"], last);
    assert_eq!(board["class"]["school"]["name"], "北小学");
    let seen: Vec<_> =
        board["arrivals"].as_array().unwrap().iter().map(|a| (&a["pupil"], &a["order"])).collect();
    assert_eq!(seen, [(&json!("梅小雨"), &json!(1)), (&json!("何其他"), &json!(2))]);
    let first = &board["arrivals"][0];
    assert_eq!((&first["plate_tail"], &first["guardian"]), (&json!("345"), &json!("母亲")));
    assert_eq!((&first["phase"], &first["undo_until"]), (&json!("waiting"), &Value::Null));
});

contract!(another_class_is_out_of_reach, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    for key in ["T-2", "G-mother", "H-hall"] {
        let session = api.session(key).await;
        api.get("/classes/c-1/arrivals", &session).await.refused(403, "not_your_class");
        api.get("/classes/no-such-class/arrivals", &session).await.refused(403, "not_your_class");
        act(&api, &session, id, "release", seen).await.refused(403, "not_your_class");
    }
    let teacher = api.session("T-1").await;
    act(&api, &teacher, ArrivalId::from(Uuid::now_v7()), "release", 1).await.refused(404, "not_found");
    api.get("/classes/NOT%20AN%20ID/arrivals", &teacher).await.refused(404, "not_found");
});

contract!(a_child_is_released_handed_over_and_taken_back, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    act(&api, &teacher, id, "hand_over", seen).await.refused(409, "wrong_phase");
    act(&api, &teacher, id, "undo", seen).await.refused(409, "nothing_to_undo");
    let released = act(&api, &teacher, id, "release", seen).await.ok();
    assert_eq!(released["phase"], "released");
    assert!(released["undo_until"].is_string());
    let handed = act(&api, &teacher, id, "hand_over", cursor(&released)).await.ok();
    assert_eq!(handed["phase"], "handed_over");
    let back = act(&api, &teacher, id, "undo", cursor(&handed)).await.ok();
    assert_eq!(back["phase"], "released");
    assert!(cursor(&back) > cursor(&handed) && cursor(&handed) > cursor(&released));
    fixture.clock.advance(UNDO_WINDOW + Duration::from_secs(1));
    act(&api, &teacher, id, "undo", cursor(&back)).await.refused(409, "undo_too_late");
});

contract!(a_stale_screen_does_not_act, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    let released = act(&api, &teacher, id, "release", seen).await.ok();
    act(&api, &teacher, id, "hand_over", seen).await.refused(409, "arrival_changed");
    act(&api, &teacher, id, "undo", seen).await.refused(409, "arrival_changed");
    let now = api.get("/classes/c-1/arrivals", &teacher).await.ok();
    assert_eq!(now["arrivals"][0]["cursor"], released["cursor"]);
});

contract!(a_repeated_act_changes_nothing, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    let released = act(&api, &teacher, id, "release", seen).await.ok();
    assert_eq!(act(&api, &teacher, id, "release", seen).await.ok(), released);
    let undone = act(&api, &teacher, id, "undo", cursor(&released)).await.ok();
    assert_eq!(undone["phase"], "waiting");
    assert_eq!(act(&api, &teacher, id, "undo", cursor(&released)).await.ok(), undone);
    // The first request arrives late, after the undo: it must not release the child again.
    act(&api, &teacher, id, "release", seen).await.refused(409, "arrival_changed");
});

contract!(a_phone_resumes_by_cursor, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let (first, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    let board = api.get("/classes/c-1/arrivals", &teacher).await.ok();
    let after = board["cursor"].as_i64().unwrap();
    let nothing = api.get(&format!("/classes/c-1/arrivals?after={after}"), &teacher).await.ok();
    assert_eq!((&nothing["arrivals"], nothing["more"].as_bool()), (&json!([]), Some(false)));
    let (second, _) = car_comes(&api.app, "P-other", "c-1").await;
    act(&api, &teacher, first, "release", seen).await.ok();
    let changes = api.get(&format!("/classes/c-1/arrivals?after={after}"), &teacher).await.ok();
    let ids: Vec<_> = changes["arrivals"].as_array().unwrap().iter().map(|a| a["id"].clone()).collect();
    assert_eq!(ids, [json!(second), json!(first)], "in the order of the last changes");
    api.get("/classes/c-1/arrivals?after=x", &teacher).await.refused(400, "invalid_query");
});

contract!(more_changes_than_a_page_come_in_pages, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let count = protocol::people::PAGE + 5;
    for _ in 0..count {
        car_comes(&api.app, "P-mei", "c-1").await;
    }
    let first = api.get("/classes/c-1/arrivals?after=0", &teacher).await.ok();
    assert_eq!(
        (first["more"].as_bool(), first["cursor"].as_i64()),
        (Some(true), Some(protocol::people::PAGE))
    );
    let next = api.get(&format!("/classes/c-1/arrivals?after={}", first["cursor"]), &teacher).await.ok();
    assert_eq!((next["more"].as_bool(), next["arrivals"].as_array().unwrap().len()), (Some(false), 5));
});

contract!(yesterday_is_not_on_the_board, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    car_comes(&api.app, "P-mei", "c-1").await;
    fixture.clock.advance(Duration::from_secs(24 * 3600));
    for path in ["/classes/c-1/arrivals", "/classes/c-1/arrivals?after=0"] {
        assert_eq!(api.get(path, &teacher).await.ok()["arrivals"], json!([]), "{path}");
    }
    car_comes(&api.app, "P-other", "c-1").await;
    let today = api.get("/classes/c-1/arrivals", &teacher).await.ok();
    assert_eq!(today["arrivals"][0]["order"], 1);
});

contract!(reading_names_is_audited_once_a_session_and_day, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    for _ in 0..3 {
        api.get("/classes/c-1/arrivals", &teacher).await.ok();
    }
    assert_eq!(audited(&api, "arrivals.read").await, 1);
    let other = api.session("T-1").await;
    api.get("/classes/c-1/arrivals", &other).await.ok();
    fixture.clock.advance(Duration::from_secs(24 * 3600));
    api.get("/classes/c-1/arrivals", &other).await.ok();
    assert_eq!(audited(&api, "arrivals.read").await, 3);
});

contract!(an_act_is_audited_with_who_did_it, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let teacher = api.session("T-1").await;
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    act(&api, &teacher, id, "release", seen).await.ok();
    act(&api, &teacher, id, "release", seen).await.ok();
    assert_eq!(audited(&api, "arrival.release").await, 1);
    let mother = api.session("G-mother").await;
    let page = api.get("/guardian", &mother).await.ok();
    assert_eq!(page["children"][0]["arrival"]["teacher"], "张老师");
});

async fn audited(api: &InternalApi, action: &str) -> usize {
    let mut tx = api.app.store.begin_read().await.unwrap();
    let since = domain::time::Timestamp::from_micros(0);
    let lines = store::audit::since(&mut tx, since, 1_000).await.unwrap();
    lines.iter().filter(|line| line.action == action).count()
}
