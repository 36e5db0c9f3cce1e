//! Alarms of lanes and gateways, their answers, and the end of a fire alarm, on both databases.

use std::time::Duration;

use crate::common::district::{MALL, SCHOOL, SCHOOL_TOKEN, fill};
use crate::common::gateway::heartbeat;
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use domain::ids::DeviceId;
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind, LaneAlarm, LaneAlarmKind, MessageShape};
use protocol::uplink::UplinkBatch;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::operator::open_order::LIFE;
use server::app::operator::session;
use store::audit;

const SHAPE: &str = "0f1e2d3c4b5a6978";
const SUMMARY: &str = "POST /serial: SerialData{channel,data,dataLen}";
const RUN: &str = "0193a1b2-c3d4-7e5f-8a6b-000000000001";
const RAISED: &str = "2026-11-23T15:30:00+08:00";
const PULSED: &str = "2026-11-23T15:35:00+08:00";

struct AlarmConsole {
    server: ServedRouter,
    cookie: String,
}

impl AlarmConsole {
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        let token = session::issue(&app, "li").await.unwrap();
        let cookie = format!("operator_session={token}");
        Self { server: ServedRouter::start(app).await, cookie }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1/garages{path}"));
        let request = self.server.client.request(method, url);
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn garage(&self) -> Value {
        ask(self.request(Method::GET, "")).await.body["garages"][0].clone()
    }

    async fn take(&self, batch: &UplinkBatch) {
        self.server.take(SCHOOL_TOKEN, batch).await;
    }

    async fn mark(&self, body: &Value) -> HttpReply {
        ask(self.request(Method::POST, &format!("/{SCHOOL}/no-reading-shapes")).json(body)).await
    }

    async fn marks(&self) -> Vec<Value> {
        let answer = ask(self.request(Method::GET, &format!("/{SCHOOL}/no-reading-shapes"))).await;
        answer.body["items"].as_array().unwrap().clone()
    }

    async fn unmark(&self, device: &str, shape: &str) -> u16 {
        let path = format!("/{SCHOOL}/no-reading-shapes/{device}/{shape}");
        ask(self.request(Method::DELETE, &path)).await.status
    }

    async fn end_fire(&self, key: &str, body: &Value) -> HttpReply {
        let request = self.request(Method::POST, &format!("/{SCHOOL}/fire-ends"));
        ask(request.header("idempotency-key", key).json(body)).await
    }

    async fn plan(&self, known: Option<&str>) -> HttpReply {
        let request = self.server.client.get(self.server.url("/gateway/v1/access-plan"));
        let request = request.bearer_auth(SCHOOL_TOKEN);
        ask(known.map_or_else(
            || request.try_clone().unwrap(),
            |etag| request.try_clone().unwrap().header("if-none-match", etag),
        ))
        .await
    }

    /// The orders that this run of the gateway receives.
    async fn orders(&self) -> Value {
        let url = self.server.url(&format!("/gateway/v1/orders?run={RUN}&wait_ms=0"));
        ask(self.server.client.get(url).bearer_auth(SCHOOL_TOKEN)).await.body
    }

    async fn outcome(&self, id: &Value, body: &Value) -> u16 {
        let id = id.as_str().unwrap();
        let request =
            self.server.client.post(self.server.url(&format!("/gateway/v1/orders/{id}"))).json(body);
        ask(request.bearer_auth(SCHOOL_TOKEN)).await.status
    }
}

fn lane_alarm(kind: LaneAlarmKind) -> LaneAlarm {
    LaneAlarm {
        kind,
        since: time(RAISED),
        last_at: time(PULSED),
        count: 3,
        detail: "SerialData: no plate, no trigger".to_owned(),
        shape: None,
    }
}

/// A lane whose device sends messages that the gateway does not understand.
fn not_understood(resembles_reading: bool) -> UplinkBatch {
    let shape = MessageShape { id: SHAPE.to_owned(), summary: SUMMARY.to_owned(), resembles_reading };
    let mut batch = heartbeat("a");
    batch.status.lanes[0].make_title = Some("臻识 MQTT".to_owned());
    batch.status.lanes[0].alarms = vec![
        lane_alarm(LaneAlarmKind::ImplausibleTime),
        LaneAlarm { shape: Some(shape), ..lane_alarm(LaneAlarmKind::NotUnderstood) },
    ];
    batch
}

fn fire(may_be_ended: bool, last_at: Option<&str>) -> UplinkBatch {
    let mut batch = heartbeat("a");
    batch.status.alarms = vec![GatewayAlarm {
        kind: GatewayAlarmKind::Fire,
        since: time(RAISED),
        detail: "a pulse at the fire input of gate".to_owned(),
        last_at: last_at.map(time),
        may_be_ended,
        asserted_by: if may_be_ended { Vec::new() } else { vec![DeviceId::parse("gate").unwrap()] },
    }];
    batch
}

fn mark() -> Value {
    json!({ "device": "gate", "shape": SHAPE, "summary": SUMMARY, "reason": "串口数据" })
}

fn fire_end(through: &str) -> Value {
    json!({ "through": time(through), "reason": "已到现场确认，误报" })
}

async fn audited(fixture: &StoreFixture, action: &str) -> Vec<(String, String)> {
    let mut tx = fixture.store.begin_read().await.unwrap();
    let lines = audit::since(&mut tx, time(MONDAY), 100).await.unwrap();
    let lines = lines.into_iter().filter(|line| line.action == action);
    lines.map(|line| (line.subject, line.detail)).collect()
}

contract!(a_lanes_alarms_reach_the_console_and_end_with_the_report, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&not_understood(false)).await;
    let garage = console.garage().await;
    let lane = &garage["lanes"][0];
    assert_eq!(lane["make_title"], "臻识 MQTT");
    let kinds: Vec<&Value> = lane["alarms"].as_array().unwrap().iter().map(|alarm| &alarm["kind"]).collect();
    assert_eq!(kinds, ["not_understood", "implausible_time"], "the most urgent first");
    let first = &lane["alarms"][0];
    assert_eq!((&first["count"], &first["since"]), (&json!(3), &json!(time(RAISED))));
    assert_eq!(first["shape"], json!({ "id": SHAPE, "summary": SUMMARY, "resembles_reading": false }));
    assert_eq!(
        garage["alarms"],
        json!({ "count": 2, "worst_lane": "not_understood", "worst_gateway": null })
    );
    console.take(&heartbeat("a")).await;
    let garage = console.garage().await;
    assert_eq!((&garage["lanes"][0]["alarms"], &garage["alarms"]["count"]), (&json!([]), &json!(0)));
});

contract!(a_silent_gateway_keeps_its_last_alarms_with_their_age, |f| async {
    let console = AlarmConsole::open(f).await;
    let mut batch = fire(true, Some(PULSED));
    batch.status.lanes[0].alarms = vec![lane_alarm(LaneAlarmKind::DidNotOpen)];
    console.take(&batch).await;
    f.clock.advance(Duration::from_secs(3600));
    let garage = console.garage().await;
    assert_eq!(garage["gateway"]["health"], "offline");
    assert_eq!(garage["gateway"]["last_seen_at"], json!(time(MONDAY)));
    let fire = &garage["gateway"]["alarms"][0];
    assert_eq!((&fire["kind"], &fire["last_at"]), (&json!("fire"), &json!(time(PULSED))));
    assert_eq!((&fire["since"], &fire["only_pulses"]), (&json!(time(RAISED)), &json!(true)));
    assert_eq!(garage["lanes"][0]["alarms"][0]["kind"], "did_not_open");
    assert_eq!(
        garage["alarms"],
        json!({ "count": 2, "worst_lane": "did_not_open", "worst_gateway": "fire" })
    );
});

contract!(a_lane_that_its_gateway_no_longer_has_is_without_alarms, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&not_understood(false)).await;
    f.clock.advance(Duration::from_secs(10));
    let mut renamed = heartbeat("a");
    renamed.status.lanes[0].lane = domain::ids::LaneId::parse("in-2").unwrap();
    console.take(&renamed).await;
    let garage = console.garage().await;
    assert_eq!(garage["lanes"].as_array().unwrap().len(), 2);
    assert_eq!(garage["alarms"]["count"], 0);
    assert_eq!(console.mark(&mark()).await.code(), "shape_not_reported");
});

contract!(alarms_of_a_newer_gateway_are_shown_as_others_and_have_a_bound, |f| async {
    let console = AlarmConsole::open(f).await;
    let mut batch = serde_json::to_value(heartbeat("a")).unwrap();
    let mut newer = serde_json::to_value(lane_alarm(LaneAlarmKind::NotUnderstood)).unwrap();
    newer["kind"] = json!("boom_broken");
    newer["detail"] = json!(format!("nul \0 and {}", "long".repeat(1000)));
    batch["status"]["lanes"][0]["alarms"] = json!(vec![newer; 40]);
    console.take(&serde_json::from_value(batch).unwrap()).await;
    let alarms = console.garage().await["lanes"][0]["alarms"].as_array().unwrap().clone();
    assert_eq!((alarms.len(), &alarms[0]["kind"]), (16, &json!("other")));
    assert_eq!(alarms[0]["detail"].as_str().unwrap().chars().count(), 200);
});

contract!(a_marked_shape_reaches_the_gateway_with_its_plan_and_can_be_taken_back, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&not_understood(false)).await;
    let before = console.plan(None).await;
    assert_eq!(before.body.get("no_reading_shapes"), None);
    let etag = before.header("etag").to_owned();
    let marked = console.mark(&mark()).await;
    assert_eq!(marked.status, 201, "{marked:?}");
    assert_eq!((&marked.body["operator"], &marked.body["reason"]), (&json!("李值班"), &json!("串口数据")));
    assert_eq!((&marked.body["summary"], &marked.body["marked_at"]), (&json!(SUMMARY), &json!(time(MONDAY))));
    let after = console.plan(Some(&etag)).await;
    assert_eq!(after.status, 200, "the mark is another plan");
    assert_eq!(after.body["no_reading_shapes"], json!([{ "device": "gate", "shape": SHAPE }]));
    assert_eq!(console.plan(Some(after.header("etag"))).await.status, 304);
    let again = json!({ "reason": "另一个理由", "device": "gate", "shape": SHAPE, "summary": SUMMARY });
    assert_eq!(console.mark(&again).await.body, marked.body, "the first mark stays");
    assert_eq!(console.marks().await, [marked.body]);
    assert_eq!(console.unmark("gate", "0000000000000000").await, 404);
    assert_eq!(console.unmark("gate", "%00").await, 404);
    assert_eq!(console.unmark("gate", SHAPE).await, 204);
    assert_eq!(console.unmark("gate", SHAPE).await, 404);
    assert_eq!(console.marks().await, Vec::<Value>::new());
    assert_eq!(console.plan(None).await.header("etag"), etag, "the plan of before");
    let expected = [(SCHOOL.to_owned(), format!("gate {SHAPE}"))];
    assert_eq!(audited(f, "no_reading_shape.mark").await, expected);
    assert_eq!(audited(f, "no_reading_shape.unmark").await, expected);
});

contract!(a_shape_that_resembles_a_reading_cannot_be_marked, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&not_understood(true)).await;
    let refused = console.mark(&mark()).await;
    assert_eq!((refused.status, refused.code()), (409, "shape_resembles_reading"));
    assert!(refused.body["detail"].as_str().unwrap().contains("correct the device or its make"));
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(console.marks().await, Vec::<Value>::new());
    assert_eq!(console.plan(None).await.body.get("no_reading_shapes"), None);
});

contract!(only_a_shape_that_an_own_lane_reports_can_be_marked, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&not_understood(false)).await;
    let with = |field: &str, value: &str| {
        let mut body = mark();
        body[field] = json!(value);
        body
    };
    for (field, value) in [("device", "other"), ("shape", "ffffffffffffffff"), ("summary", "POST /park")] {
        let refused = console.mark(&with(field, value)).await;
        assert_eq!((refused.status, refused.code()), (409, "shape_not_reported"), "{field}");
    }
    let wrong = console.mark(&with("reason", " x ")).await;
    assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("reason")));
    let mall = format!("/{MALL}/no-reading-shapes");
    assert_eq!(ask(console.request(Method::POST, &mall).json(&mark())).await.code(), "not_found");
    assert_eq!(ask(console.request(Method::GET, &mall)).await.code(), "not_found");
    let foreign = console.request(Method::DELETE, &format!("{mall}/gate/{SHAPE}"));
    assert_eq!(ask(foreign).await.code(), "not_found");
    let url = console.server.url(&format!("/api/operator/v1/garages/{SCHOOL}/no-reading-shapes"));
    let forged = console.server.client.post(&url).header("cookie", &console.cookie).json(&mark());
    assert_eq!(ask(forged).await.code(), "not_from_console");
    let stranger = console.server.client.post(&url).header("x-requested-with", "console").json(&mark());
    assert_eq!(ask(stranger).await.code(), "unauthorized");
    assert_eq!(console.marks().await, Vec::<Value>::new());
    let short = console.mark(&with("reason", "误报")).await;
    assert_eq!(short.status, 201, "two characters are a reason");
});

contract!(the_end_of_a_fire_alarm_reaches_its_gateway_once, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&fire(true, Some(PULSED))).await;
    let made = console.end_fire("k1", &fire_end(PULSED)).await;
    assert_eq!((made.status, &made.body["state"]), (201, &json!("waiting")), "{made:?}");
    assert_eq!((&made.body["action"], &made.body["lane"]), (&json!("end_fire"), &Value::Null));
    assert_eq!(console.end_fire("k1", &fire_end(PULSED)).await.body, made.body);
    assert_eq!(console.end_fire("k2", &fire_end(PULSED)).await.code(), "order_waiting");
    let id = &made.body["id"];
    let handed = console.orders().await;
    assert_eq!(handed["orders"], json!([]), "nothing that a gateway of an earlier version could open");
    assert_eq!(handed["fire_ends"], json!([{ "id": id, "through": time(PULSED), "expires_in_ms": 30_000 }]));
    let listed = async || {
        let path = format!("/{SCHOOL}/open-orders");
        ask(console.request(Method::GET, &path)).await.body["items"][0].clone()
    };
    assert_eq!(listed().await["state"], "taken");
    assert_eq!(console.outcome(id, &json!({ "state": "fire_ended" })).await, 204);
    let ended = listed().await;
    assert_eq!((&ended["state"], &ended["operator"]), (&json!("fire_ended"), &json!("李值班")));
    assert_eq!(console.orders().await.get("fire_ends"), None);
    assert_eq!(audited(f, "fire.end").await, [(SCHOOL.to_owned(), id.as_str().unwrap().to_owned())]);
});

contract!(an_end_that_its_gateway_refuses_or_misses_is_shown, |f| async {
    let console = AlarmConsole::open(f).await;
    console.take(&fire(true, None)).await;
    let first = console.end_fire("k1", &fire_end(RAISED)).await;
    assert_eq!(first.status, 201, "without a last report it is the first that was seen");
    console.orders().await;
    let refused = json!({ "state": "refused", "cause": "fire_again" });
    assert_eq!(console.outcome(&first.body["id"], &refused).await, 204);
    let again = console.end_fire("k1", &fire_end(RAISED)).await;
    assert_eq!((&again.body["state"], &again.body["cause"]), (&json!("refused"), &json!("fire_again")));
    assert_eq!(console.end_fire("k2", &fire_end(RAISED)).await.status, 201);
    f.clock.advance(LIFE);
    assert_eq!(console.orders().await.get("fire_ends"), None);
    assert_eq!(console.end_fire("k2", &fire_end(RAISED)).await.body["state"], "expired");
});

contract!(only_a_fire_alarm_that_no_input_asserts_and_that_was_seen_can_be_ended, |f| async {
    let console = AlarmConsole::open(f).await;
    assert_eq!(console.end_fire("k", &fire_end(PULSED)).await.code(), "no_fire_alarm");
    console.take(&heartbeat("a")).await;
    assert_eq!(console.end_fire("k", &fire_end(PULSED)).await.code(), "no_fire_alarm");
    console.take(&fire(false, Some(PULSED))).await;
    let asserted = console.end_fire("k", &fire_end(PULSED)).await;
    assert_eq!(asserted.code(), "fire_input_on");
    assert!(asserted.body["detail"].as_str().unwrap().contains("(gate)"), "{asserted:?}");
    assert_eq!(console.garage().await["gateway"]["alarms"][0]["asserted_by"], json!(["gate"]));
    console.take(&fire(true, Some(PULSED))).await;
    assert_eq!(console.end_fire("k", &fire_end(RAISED)).await.code(), "fire_reported_again");
    let reasonless = json!({ "through": time(PULSED), "reason": " x" });
    assert_eq!(console.end_fire("k", &reasonless).await.body["field"], "reason");
    let keyless = console.request(Method::POST, &format!("/{SCHOOL}/fire-ends")).json(&fire_end(PULSED));
    assert_eq!(ask(keyless).await.code(), "idempotency_key_missing");
    let mall = console.request(Method::POST, &format!("/{MALL}/fire-ends")).header("idempotency-key", "k");
    assert_eq!(ask(mall.json(&fire_end(PULSED))).await.code(), "not_found");
    let open = json!({ "lane": "in", "reason": "核对" });
    let opening = console.request(Method::POST, &format!("/{SCHOOL}/open-orders"));
    assert_eq!(ask(opening.header("idempotency-key", "k").json(&open)).await.status, 201);
    assert_eq!(console.end_fire("k", &fire_end(PULSED)).await.code(), "idempotency_key_reused");
    assert_eq!(audited(f, "fire.end").await, []);
});

/// A lane whose device reports fire and is no fire input.
fn fire_at_lane() -> UplinkBatch {
    let mut batch = heartbeat("a");
    batch.status.lanes[0].alarms = vec![lane_alarm(LaneAlarmKind::FireAtLane)];
    batch
}

contract!(the_fire_of_one_lane_is_ended_by_an_order_for_that_lane, |f| async {
    let console = AlarmConsole::open(f).await;
    let batch = fire_at_lane();
    let lane = batch.status.lanes[0].lane.to_string();
    console.take(&batch).await;
    assert_eq!(console.garage().await["alarms"]["worst_lane"], "fire_at_lane");
    let end = |lane: &str, through: &str| {
        let mut body = fire_end(through);
        body["lane"] = json!(lane);
        body
    };
    assert_eq!(console.end_fire("k", &fire_end(PULSED)).await.code(), "no_fire_alarm", "not of the garage");
    assert_eq!(console.end_fire("k", &end("nowhere", PULSED)).await.code(), "no_fire_alarm");
    assert_eq!(console.end_fire("k", &end(&lane, RAISED)).await.code(), "fire_reported_again");
    let made = console.end_fire("k", &end(&lane, PULSED)).await;
    assert_eq!((made.status, &made.body["lane"]), (201, &json!(lane)), "{made:?}");
    assert_eq!(console.end_fire("k", &end(&lane, PULSED)).await.body, made.body);
    assert_eq!(console.end_fire("k", &fire_end(PULSED)).await.code(), "idempotency_key_reused");
    assert_eq!(console.end_fire("k2", &end(&lane, PULSED)).await.code(), "order_waiting");
    let open = json!({ "lane": lane, "reason": fire_end(PULSED)["reason"] });
    let opening = console.request(Method::POST, &format!("/{SCHOOL}/open-orders"));
    let opening = opening.header("idempotency-key", "k").json(&open);
    assert_eq!(ask(opening).await.code(), "idempotency_key_reused", "an end is no opening");
    let handed = console.orders().await;
    let id = &made.body["id"];
    assert_eq!(
        handed["fire_ends"],
        json!([{ "id": id, "lane": lane, "through": time(PULSED), "expires_in_ms": 30_000 }])
    );
    assert_eq!(console.outcome(id, &json!({ "state": "fire_ended" })).await, 204);
});

contract!(the_end_of_a_fire_does_not_hold_up_the_opening_of_its_lane, |f| async {
    let console = AlarmConsole::open(f).await;
    let batch = fire_at_lane();
    let lane = batch.status.lanes[0].lane.to_string();
    console.take(&batch).await;
    let mut end = fire_end(PULSED);
    end["lane"] = json!(lane);
    assert_eq!(console.end_fire("k", &end).await.status, 201);
    let opening = console.request(Method::POST, &format!("/{SCHOOL}/open-orders"));
    let open = json!({ "lane": lane, "reason": "核对" });
    assert_eq!(ask(opening.header("idempotency-key", "o").json(&open)).await.status, 201);
});
