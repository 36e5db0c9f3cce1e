//! Cars at a barrier that stayed closed: their candidate plates, and the person who admits them under which plate. On
//! both databases.

use std::time::Duration;

use crate::common::district::{FATHER, MALL, MOTHER, SCHOOL, SCHOOL_TOKEN, SHARED, STAFF, STRANGER, fill};
use crate::common::gateway::{batch, entry};
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use domain::access::{AccessDecision, DenialReason};
use protocol::people::SESSION_HEADER;
use protocol::uplink::GateEvent;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::operator::session as operator_session;
use server::app::{App, import, service_token, session};
use store::audit;

const RUN: &str = "0193a1b2-c3d4-7e5f-8a6b-000000000001";

struct GateFixture {
    app: App,
    server: ServedRouter,
    cookie: String,
    service: String,
    seq: std::cell::Cell<i64>,
}

/// A car that the camera did not read, or read uncertainly.
fn unsure(id: &str, plate: Option<&str>, reason: DenialReason) -> GateEvent {
    GateEvent {
        plate: plate.map(Into::into),
        confidence: if plate.is_some() { 60 } else { 0 },
        decision: Some(AccessDecision::Review { reason }),
        delta: 0,
        ..entry(id, "", MONDAY)
    }
}

impl GateFixture {
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        let cookie = format!("operator_session={}", operator_session::issue(&app, "li").await.unwrap());
        let service = service_token::create(&app, "miniapp-api").await.unwrap();
        let server = ServedRouter::start(app.clone()).await;
        Self { app, server, cookie, service, seq: std::cell::Cell::new(1) }
    }

    async fn tells(&self, mut event: GateEvent) {
        let now = self.app.now();
        (event.occurred_at, event.happened_at) = (now, now);
        let seq = self.seq.replace(self.seq.get() + 1);
        let mut batch = batch("a", seq, vec![event]);
        batch.records[0].received_at = now;
        self.server.take(SCHOOL_TOKEN, &batch).await;
    }

    fn console(&self, method: Method, garage: &str, path: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1/garages/{garage}/{path}"));
        let request = self.server.client.request(method, url);
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn cars(&self) -> Vec<Value> {
        let answer = ask(self.console(Method::GET, SCHOOL, "waiting-cars")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["items"].as_array().unwrap().clone()
    }

    async fn order(&self, key: &str, body: Value) -> HttpReply {
        let request = self.console(Method::POST, SCHOOL, "open-orders").header("idempotency-key", key);
        ask(request.json(&body)).await
    }

    /// The orders that the gateway receives.
    async fn handed_out(&self) -> Vec<Value> {
        let url = self.server.url(&format!("/gateway/v1/orders?run={RUN}&wait_ms=0"));
        let answer = ask(self.server.client.get(url).bearer_auth(SCHOOL_TOKEN)).await;
        answer.body["orders"].as_array().unwrap().clone()
    }

    /// Requests entry as this person, with the last plate of its list.
    async fn enters(&self, who: &str, key: &str, lane: &str) -> HttpReply {
        let person = import::person_id(&self.app, who).await.unwrap().unwrap();
        let token = session::issue(&self.app, person).await.unwrap().token;
        let own = self.internal(Method::GET, "plates", &token);
        let plates = ask(own).await.body["plates"].as_array().unwrap().clone();
        let body = json!({ "garage": SCHOOL, "lane": lane, "plate_id": plates.last().unwrap()["id"] });
        let request = self.internal(Method::POST, "gate-entries", &token).header("idempotency-key", key);
        ask(request.json(&body)).await
    }

    async fn adds_plate(&self, who: &str, plate: &str) {
        let person = import::person_id(&self.app, who).await.unwrap().unwrap();
        let token = session::issue(&self.app, person).await.unwrap().token;
        let request = self.internal(Method::POST, "plates", &token).json(&json!({ "plate": plate }));
        assert_eq!(ask(request).await.status, 201);
    }

    fn internal(&self, method: Method, path: &str, session: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/internal/v1/{path}"));
        self.server.client.request(method, url).bearer_auth(&self.service).header(SESSION_HEADER, session)
    }
}

fn plates(car: &Value) -> Vec<&str> {
    car["candidates"].as_array().unwrap().iter().map(|it| it["plate"].as_str().unwrap()).collect()
}

contract!(a_doubtful_reading_has_candidates_that_are_expected_today, |f| async {
    let gate = GateFixture::open(f).await;
    assert_eq!(gate.cars().await, Vec::<Value>::new());
    gate.tells(unsure("e1", Some("鲁B1000L"), DenialReason::LowConfidence)).await;
    let cars = gate.cars().await;
    assert_eq!((cars.len(), &cars[0]["lane"], &cars[0]["plate"]), (1, &json!("in"), &json!("鲁B1000L")));
    assert_eq!((&cars[0]["reason"], &cars[0]["confidence"]), (&json!("low_confidence"), &json!(60)));
    assert_eq!(plates(&cars[0]), [MOTHER, FATHER, SHARED], "the nearest first");
    assert_eq!(cars[0]["candidates"][0]["audience"], json!("pickup"));
    // Cars of another garage are not shown here.
    assert_eq!(ask(gate.console(Method::GET, MALL, "waiting-cars")).await.status, 404);
    // Cars inside are not expected.
    gate.tells(entry("e2", MOTHER, MONDAY)).await;
    gate.tells(unsure("e3", Some("鲁B1000L"), DenialReason::LowConfidence)).await;
    assert_eq!(plates(&gate.cars().await[0]), [FATHER, SHARED, STAFF]);
    // Pickup is over.
    f.clock.set("2026-11-23T17:01:00+08:00");
    gate.tells(unsure("e4", Some("鲁B1000L"), DenialReason::LowConfidence)).await;
    assert_eq!(plates(&gate.cars().await[0]), Vec::<&str>::new());
    let mut tx = f.store.begin_read().await.unwrap();
    let lines = audit::since(&mut tx, time(MONDAY), 100).await.unwrap();
    assert_eq!(
        lines.iter().filter(|line| line.action == "waiting_car.read").count(),
        3,
        "each time plates were shown"
    );
});

contract!(a_car_waits_until_something_else_happens_in_its_lane, |f| async {
    let gate = GateFixture::open(f).await;
    gate.tells(unsure("e1", None, DenialReason::UnreadPlate)).await;
    let car = gate.cars().await.pop().unwrap();
    assert_eq!((&car["plate"], plates(&car).len()), (&Value::Null, 0));
    gate.tells(entry("e2", FATHER, MONDAY)).await;
    assert_eq!(gate.cars().await, Vec::<Value>::new(), "the next one was let in");
    gate.tells(unsure("e3", Some(STRANGER), DenialReason::UnknownPlate)).await;
    assert_eq!(gate.cars().await.len(), 1);
    // An order opens for it, whatever outcome the gateway will report.
    f.clock.advance(Duration::from_secs(5));
    assert_eq!(gate.order("k", json!({ "lane": "in", "reason": "访客" })).await.status, 201);
    assert_eq!(gate.cars().await.len(), 1, "the gateway has not asked yet");
    assert_eq!(gate.handed_out().await.len(), 1);
    assert_eq!(gate.cars().await, Vec::<Value>::new());
    f.clock.advance(Duration::from_secs(60));
    gate.tells(unsure("e4", None, DenialReason::UnreadPlate)).await;
    assert_eq!(gate.cars().await.len(), 1);
    f.clock.advance(Duration::from_secs(181));
    assert_eq!(gate.cars().await, Vec::<Value>::new(), "nobody waits so long");
});

contract!(an_order_may_name_the_plate_and_the_gateway_is_told_it, |f| async {
    let gate = GateFixture::open(f).await;
    gate.tells(unsure("e1", None, DenialReason::UnreadPlate)).await;
    let body = |plate: &str| json!({ "lane": "in", "reason": "车牌脏污，已核对", "plate": plate });
    let wrong = gate.order("k0", body("不是车牌")).await;
    assert_eq!((wrong.status, wrong.code(), &wrong.body["field"]), (422, "invalid_plate", &json!("plate")));
    let made = gate.order("k1", body("鲁b·10001")).await;
    assert_eq!((made.status, &made.body["plate"]), (201, &json!(MOTHER)));
    assert_eq!(gate.order("k1", body(MOTHER)).await.body["id"], made.body["id"]);
    assert_eq!(gate.order("k1", body(FATHER)).await.code(), "idempotency_key_reused");
    let orders = gate.handed_out().await;
    assert_eq!((orders.len(), &orders[0]["plate"]), (1, &json!(MOTHER)));
    // After a month the plate is purged; operator and reason are not yet.
    f.clock.advance(Duration::from_secs(31 * 24 * 3600));
    server::app::purge::purge(&gate.app).await.unwrap();
    let gate = GateFixture {
        cookie: format!("operator_session={}", operator_session::issue(&gate.app, "li").await.unwrap()),
        ..gate
    };
    let listed = ask(gate.console(Method::GET, SCHOOL, "open-orders")).await.body["items"][0].clone();
    assert_eq!((&listed["plate"], &listed["operator"]), (&Value::Null, &json!("李值班")));
});

contract!(a_driver_names_the_own_car_before_the_barrier, |f| async {
    let gate = GateFixture::open(f).await;
    gate.tells(entry("e0", STRANGER, MONDAY)).await;
    assert_eq!(gate.enters("mother", "k1", "in").await.code(), "no_car_waiting");
    gate.tells(unsure("e1", None, DenialReason::UnreadPlate)).await;
    assert_eq!(gate.enters("mother", "k2", "nowhere").await.status, 404);
    let made = gate.enters("mother", "k3", "in").await;
    assert_eq!((made.status, &made.body["state"]), (200, &json!("waiting")), "{made:?}");
    assert_eq!(gate.enters("father", "k4", "in").await.code(), "order_waiting");
    assert_eq!(gate.handed_out().await[0]["plate"], json!(MOTHER));
    // The same key only queries.
    let again = gate.enters("mother", "k3", "in").await;
    assert_eq!((&again.body["id"], &again.body["state"]), (&made.body["id"], &json!("taken")));
    let listed = ask(gate.console(Method::GET, SCHOOL, "open-orders")).await.body["items"][0].clone();
    assert_eq!((&listed["plate"], &listed["operator"]), (&json!(MOTHER), &Value::Null));
    gate.tells(unsure("e2", None, DenialReason::UnreadPlate)).await;
    assert_eq!(gate.enters("mother", "k5", "in").await.code(), "too_many_requests");
    assert_eq!(gate.enters("mother", "k3", "out").await.code(), "idempotency_key_reused");
    gate.adds_plate("mother", "鲁B77777").await;
    assert_eq!(gate.enters("mother", "k3", "in").await.code(), "idempotency_key_reused", "another plate");
});

contract!(the_gates_own_word_and_the_rules_stand_above_a_drivers, |f| async {
    let gate = GateFixture::open(f).await;
    gate.tells(unsure("e1", Some(STRANGER), DenialReason::LowConfidence)).await;
    assert_eq!(gate.enters("mother", "k1", "in").await.code(), "another_car_waiting");
    gate.tells(unsure("e2", Some("鲁B1000L"), DenialReason::LowConfidence)).await;
    assert_eq!(gate.enters("mother", "k2", "in").await.status, 200, "it resembles that");
    gate.handed_out().await;
    f.clock.advance(Duration::from_secs(1));
    gate.tells(entry("e3", FATHER, MONDAY)).await;
    gate.tells(unsure("e4", None, DenialReason::UnreadPlate)).await;
    assert_eq!(gate.enters("father", "k3", "in").await.code(), "car_inside");
    f.clock.set("2026-11-23T17:01:00+08:00");
    gate.tells(unsure("e5", None, DenialReason::UnreadPlate)).await;
    let refused = gate.enters("aunt", "k4", "in").await;
    assert_eq!((refused.code(), &refused.body["detail"]), ("not_let_in", &json!("outside_window")));
    // A police plate opens when a camera reads it, not when a person claims it.
    let person = import::person_id(&gate.app, "aunt").await.unwrap().unwrap();
    let token = session::issue(&gate.app, person).await.unwrap().token;
    let police = gate.internal(Method::POST, "plates", &token).json(&json!({ "plate": "鲁B1234警" }));
    assert_eq!(ask(police).await.status, 201);
    let refused = gate.enters("aunt", "k6", "in").await;
    assert_eq!((refused.code(), &refused.body["detail"]), ("not_let_in", &json!("unknown_plate")));
    // Another person's plate.
    let body = json!({ "garage": SCHOOL, "lane": "in", "plate_id": "0193a1b2-c3d4-7e5f-8a6b-000000000001" });
    let request = gate.internal(Method::POST, "gate-entries", &token).header("idempotency-key", "k5");
    assert_eq!(ask(request.json(&body)).await.code(), "not_your_plate");
    assert_eq!(gate.handed_out().await, Vec::<Value>::new());
});
