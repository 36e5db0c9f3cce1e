//! What an operator can and cannot do, on both databases.

use std::time::Duration;

use crate::common::district::{MALL, MOTHER, SCHOOL, SCHOOL_TOKEN, STRANGER, fill, garage, plate};
use crate::common::gateway::{batch, entry, heartbeat};
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture};
use domain::access::{AccessRequest, ReservationUses, decide};
use domain::occupancy::LaneDirection;
use protocol::mqtt::EventKind;
use protocol::uplink::AccessPlanDocument;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::operator::{account, session};
use sqlx::Row;
use store::Store;

const BASE: &str = "/api/operator/v1";
const PASSWORD: &str = "correct horse";

struct OperatorConsole {
    server: ServedRouter,
    cookie: String,
}

impl OperatorConsole {
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        let token = session::issue(&app, "li").await.unwrap();
        Self { server: ServedRouter::start(app).await, cookie: format!("operator_session={token}") }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.server.client.request(method, self.server.url(&format!("{BASE}{path}")));
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn get(&self, path: &str) -> HttpReply {
        ask(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> HttpReply {
        ask(self.request(Method::POST, path).json(body)).await
    }

    async fn adjust(&self, key: &str, body: &Value) -> HttpReply {
        let request = self.request(Method::POST, &format!("/garages/{SCHOOL}/adjustments"));
        ask(request.header("idempotency-key", key).json(body)).await
    }

    async fn log_in(&self, username: &str, password: &str) -> HttpReply {
        self.post("/sessions", &json!({ "username": username, "password": password })).await
    }
}

async fn audited(fixture: &StoreFixture) -> Vec<String> {
    let sql = "select action from audit order by no";
    match &fixture.store {
        Store::Sqlite { read, .. } => {
            sqlx::query(sql).fetch_all(read).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
        Store::Postgres(pool) => {
            sqlx::query(sql).fetch_all(pool).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
    }
}

contract!(a_password_opens_a_session_in_a_cookie_that_scripts_cannot_read, |f| async {
    let mut console = OperatorConsole::open(f).await;
    account::set_password(&f.app(), "li", PASSWORD.to_owned()).await.unwrap();
    assert_eq!(console.get("/garages").await.code(), "unauthorized", "a new password ends old sessions");
    let answer = console.log_in("li", PASSWORD).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let cookie = answer.header("set-cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/api/operator"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    console.cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(console.get("/garages").await.status, 200);
    assert_eq!(ask(console.request(Method::DELETE, "/sessions/current")).await.status, 204);
    assert_eq!(console.get("/garages").await.code(), "unauthorized");
});

contract!(wrong_passwords_tell_nothing_and_are_limited, |f| async {
    let console = OperatorConsole::open(f).await;
    account::set_password(&f.app(), "li", PASSWORD.to_owned()).await.unwrap();
    for (username, password) in [("li", "wrong"), ("nobody", PASSWORD), ("li", "")] {
        let answer = console.log_in(username, password).await;
        assert_eq!((answer.status, answer.code()), (401, "bad_credentials"));
    }
    for _ in 0..3 {
        assert_eq!(console.log_in("li", "wrong").await.code(), "bad_credentials");
    }
    assert_eq!(console.log_in("li", PASSWORD).await.code(), "too_many_attempts");
    f.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(console.log_in("li", PASSWORD).await.status, 204);
});

contract!(an_operator_without_a_password_cannot_log_in, |f| async {
    let console = OperatorConsole::open(f).await;
    assert_eq!(console.log_in("li", "").await.code(), "bad_credentials");
    let short = account::set_password(&f.app(), "li", "short".to_owned()).await;
    assert!(short.is_err());
});

contract!(a_page_of_another_site_changes_nothing, |f| async {
    let console = OperatorConsole::open(f).await;
    let url = console.server.url(&format!("{BASE}/garages/{SCHOOL}/access-checks"));
    let forged = console.server.client.post(url).header("cookie", &console.cookie);
    assert_eq!(ask(forged.json(&json!({ "plate": MOTHER }))).await.code(), "not_from_console");
});

contract!(a_session_ends_with_the_shift, |f| async {
    let console = OperatorConsole::open(f).await;
    assert_eq!(console.get("/garages").await.status, 200);
    f.clock.advance(session::TTL);
    assert_eq!(console.get("/garages").await.code(), "unauthorized");
});

contract!(the_console_shows_own_garages_and_their_health, |f| async {
    let console = OperatorConsole::open(f).await;
    let own = console.get("/garages").await;
    let garages = own.body["garages"].as_array().unwrap();
    assert_eq!(garages.len(), 1);
    assert_eq!((&garages[0]["occupied"], &garages[0]["open"]), (&Value::Null, &Value::Null));
    assert_eq!(garages[0]["gateway"]["health"], json!("never_seen"));
    assert_eq!(own.body["build"]["version"], json!(env!("CARGO_PKG_VERSION")));
    assert!(own.body["build"]["revision"].is_string());
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let live = console.get("/garages").await;
    let garage = &live.body["garages"][0];
    assert_eq!((&garage["occupied"], &garage["plausible"]), (&json!(1), &json!(true)));
    assert_eq!(garage["gateway"]["health"], json!("online"));
    assert_eq!(garage["lanes"][0]["health"], json!("online"));
    let known = console.request(Method::GET, "/garages").header("if-none-match", live.header("etag"));
    assert_eq!(ask(known).await.status, 304);
    f.clock.advance(Duration::from_secs(31));
    let silent = &console.get("/garages").await.body["garages"][0];
    assert_eq!(silent["gateway"]["health"], json!("offline"));
    assert_eq!(silent["lanes"][0]["health"], json!("offline"));
});

contract!(a_garage_of_somebody_else_is_not_there, |f| async {
    let console = OperatorConsole::open(f).await;
    for path in ["adjustments", "events", "dead-letters"] {
        let answer = console.get(&format!("/garages/{MALL}/{path}")).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
    }
    let check = console.post(&format!("/garages/{MALL}/access-checks"), &json!({ "plate": MOTHER })).await;
    assert_eq!(check.code(), "not_found");
    let request = console.request(Method::POST, &format!("/garages/{MALL}/adjustments"));
    let body = json!({ "occupied": 1, "seen": null, "reason": "count" });
    assert_eq!(ask(request.header("idempotency-key", "k").json(&body)).await.code(), "not_found");
});

contract!(a_correction_is_appended_and_reaches_the_gateway, |f| async {
    let console = OperatorConsole::open(f).await;
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let body = json!({ "occupied": 40, "seen": 1, "reason": "数过了" });
    let written = console.adjust("k1", &body).await;
    assert_eq!(
        (written.status, &written.body["before"], &written.body["after"]),
        (201, &json!(1), &json!(40))
    );
    assert_eq!(console.adjust("k1", &body).await.body, written.body, "the same key writes once");
    let receipt = console.server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    assert_eq!((receipt.count.occupied, receipt.count.through_seq), (40, 1));
    let list = console.get(&format!("/garages/{SCHOOL}/adjustments")).await.body;
    assert_eq!(list["items"], json!([written.body]));
    assert_eq!(list["items"][0]["operator"], json!("李值班"));
    assert!(audited(f).await.contains(&"count.adjust".to_owned()));
});

contract!(a_correction_against_a_stale_screen_is_refused, |f| async {
    let console = OperatorConsole::open(f).await;
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    for seen in [json!(0), Value::Null] {
        let answer = console.adjust("k1", &json!({ "occupied": 5, "seen": seen, "reason": "count" })).await;
        assert_eq!((answer.status, answer.code()), (409, "count_changed"));
    }
    let wrong = [
        (json!({ "occupied": 108, "seen": 1, "reason": "count" }), "occupied"),
        (json!({ "occupied": -1, "seen": 1, "reason": "count" }), "occupied"),
        (json!({ "occupied": 5, "seen": 1, "reason": " x " }), "reason"),
    ];
    for (body, field) in wrong {
        let answer = console.adjust("k2", &body).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)));
    }
    let body = json!({ "occupied": 5, "seen": 1, "reason": "count" });
    let keyless = console.post(&format!("/garages/{SCHOOL}/adjustments"), &body).await;
    assert_eq!(keyless.code(), "idempotency_key_missing");
    assert_eq!(
        console.adjust("k3", &json!({ "occupied": 5, "seen": 1, "reason": "count" })).await.status,
        201
    );
    let others = [(6, 5, "count"), (5, 2, "count"), (5, 1, "another")];
    for (occupied, seen, reason) in others {
        let other = json!({ "occupied": occupied, "seen": seen, "reason": reason });
        assert_eq!(console.adjust("k3", &other).await.code(), "idempotency_key_reused", "{other}");
    }
    assert_eq!(console.adjust("k3", &body).await.status, 201, "the same correction");
});

contract!(corrections_of_one_screen_at_once_are_one, |f| async {
    let console = OperatorConsole::open(f).await;
    console.server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    let body = |n: i64| json!({ "occupied": n, "seen": 0, "reason": "count" });
    let (one, two) = (body(5), body(6));
    let (a, b) = tokio::join!(console.adjust("k1", &one), console.adjust("k2", &two));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
});

contract!(events_are_paged_newest_first_and_reading_them_is_audited, |f| async {
    let console = OperatorConsole::open(f).await;
    let cars = (0..60).map(|n| entry(&format!("e{n}"), &format!("鲁C{n:05}"), MONDAY)).collect();
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, cars)).await;
    let path = format!("/garages/{SCHOOL}/events");
    let first = console.get(&path).await.body;
    assert_eq!(first["items"].as_array().unwrap().len(), 50);
    assert_eq!(first["items"][0]["plate"], json!("鲁C00059"));
    let next = first["next"].as_str().unwrap();
    let last = console.get(&format!("{path}?cursor={next}")).await.body;
    assert_eq!(last["items"].as_array().unwrap().len(), 10);
    assert_eq!(last["items"][9]["plate"], json!("鲁C00000"));
    assert!(last["next"].is_null());
    assert_eq!(audited(f).await.iter().filter(|action| *action == "gate_event.read").count(), 2);
});

contract!(a_fire_is_in_the_gates_history_and_counts_nothing, |f| async {
    let console = OperatorConsole::open(f).await;
    let signal = |id: &str, kind| protocol::uplink::GateEvent {
        kind,
        plate: None,
        decision: None,
        delta: 0,
        ..entry(id, MOTHER, MONDAY)
    };
    let mut through = entry("e1", STRANGER, MONDAY);
    through.decision = Some(domain::access::AccessDecision::fire());
    let events = vec![signal("f1", EventKind::Fire), through, signal("f2", EventKind::FireOver)];
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, events)).await;
    let events = console.get(&format!("/garages/{SCHOOL}/events")).await.body;
    let kinds: Vec<&Value> = events["items"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, [&json!("fire_over"), &json!("plate"), &json!("fire")]);
    assert_eq!(events["items"][1]["decision"]["because"], json!("fire"));
    assert_eq!(console.get("/garages").await.body["garages"][0]["occupied"], json!(1));
});

contract!(a_car_that_stands_is_an_alarm_at_its_lane_while_its_device_is_heard_of, |f| async {
    let console = OperatorConsole::open(f).await;
    let mut status = heartbeat("a");
    status.status.lanes[0].stuck_since = Some(crate::common::time(MONDAY));
    status.status.lanes[0].held_open_since = Some(crate::common::time(MONDAY));
    console.server.take(SCHOOL_TOKEN, &status).await;
    let since = async || console.get("/garages").await.body["garages"][0]["lanes"][0]["stuck_since"].clone();
    assert_eq!(since().await, json!(crate::common::time(MONDAY)));
    let lane = console.get("/garages").await.body["garages"][0]["lanes"][0].clone();
    assert_eq!(lane["held_open_since"], json!(crate::common::time(MONDAY)), "so is a barrier that stays up");
    f.clock.advance(Duration::from_secs(31));
    assert_eq!(since().await, Value::Null);
    f.clock.set(MONDAY);
    console.server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    assert_eq!(since().await, Value::Null);
});

contract!(a_lane_says_whose_device_it_has_and_what_is_peculiar_about_it, |f| async {
    let console = OperatorConsole::open(f).await;
    console.server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    let lane = console.get("/garages").await.body["garages"][0]["lanes"][0].clone();
    assert_eq!(lane["make"], "zhenshi-mqtt");
    assert_eq!(
        (&lane["quirks"], &lane["clock_ahead_ms"]),
        (&json!(["old_topics", "leading_nul"]), &json!(-90_000))
    );
});

contract!(dead_letters_are_shown_and_counted, |f| async {
    let console = OperatorConsole::open(f).await;
    let wrong = protocol::uplink::GateEvent { delta: 7, ..entry("e1", MOTHER, MONDAY) };
    console.server.take(SCHOOL_TOKEN, &batch("a", 1, vec![wrong])).await;
    let letters = console.get(&format!("/garages/{SCHOOL}/dead-letters")).await.body;
    assert_eq!(letters["items"][0]["code"], json!("field"));
    assert!(letters["items"][0]["excerpt"].as_str().unwrap().contains(MOTHER));
    let garages = console.get("/garages").await.body;
    assert_eq!(garages["garages"][0]["dead_letters_today"], json!(1));
});

contract!(the_check_says_what_the_gate_would_say, |f| async {
    let console = OperatorConsole::open(f).await;
    let plan = console.server.client.get(console.server.url("/gateway/v1/access-plan"));
    let plan = ask(plan.header("authorization", format!("Bearer {SCHOOL_TOKEN}"))).await;
    let plan: AccessPlanDocument = serde_json::from_value(plan.body).unwrap();
    for car in [MOTHER, STRANGER] {
        let passage = AccessRequest {
            direction: LaneDirection::In,
            plate: Some(&plate(car)),
            confidence: 100,
            min_confidence: domain::access::MIN_CONFIDENCE,
            vehicle: domain::vehicle::VehicleDetails::default(),
            clock: domain::access::ClockTrust::Trusted,
            at: crate::common::time(MONDAY),
            occupied: 0,
            inside: None,
            uses: &ReservationUses::new(),
            alarm: domain::access::GarageAlarm::None,
        };
        let gate = decide(Some(&plan.plan), &passage);
        let said = console.post(&format!("/garages/{SCHOOL}/access-checks"), &json!({ "plate": car })).await;
        assert_eq!(said.body["decision"], serde_json::to_value(gate).unwrap());
    }
    let nonsense = console.post(&format!("/garages/{SCHOOL}/access-checks"), &json!({ "plate": "x" })).await;
    assert_eq!((nonsense.status, nonsense.code()), (422, "invalid_plate"));
    assert_eq!(audited(f).await.iter().filter(|action| *action == "access.check").count(), 2);
});

contract!(an_operator_can_be_made_at_the_command_line, |f| async {
    let app = f.app();
    fill(&app).await;
    account::create(&app, "wang", "王", &[garage(MALL)]).await.unwrap();
    account::set_password(&app, "wang", PASSWORD.to_owned()).await.unwrap();
    assert!(account::create(&app, "wang", "王", &[]).await.is_err());
    assert!(account::create(&app, "zhao", "赵", &[garage("nowhere")]).await.is_err());
    assert!(account::set_password(&app, "zhao", PASSWORD.to_owned()).await.is_err());
    let mut tx = f.store.begin_read().await.unwrap();
    let lines = store::audit::since(&mut tx, crate::common::time(MONDAY), 100).await.unwrap();
    let lines = lines.into_iter().filter(|line| line.action.starts_with("operator."));
    let lines: Vec<_> = lines.map(|line| (line.actor_kind, line.actor_id, line.action)).collect();
    let by_cli = |action: &str| ("cli".to_owned(), "server".to_owned(), action.to_owned());
    assert_eq!(lines, [by_cli("operator.create"), by_cli("operator.set_password")]);
});
