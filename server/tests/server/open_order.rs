//! An operator opens a barrier remotely, on both databases.

use std::time::Duration;

use crate::common::district::{MALL, MALL_TOKEN, SCHOOL, SCHOOL_TOKEN, fill, garage};
use crate::common::gateway::heartbeat;
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use domain::ids::LaneId;
use protocol::order::{RemoteOrderCause, RemoteOrderOutcome, RemoteOrderResult, RemoteOrderState};
use reqwest::Method;
use serde_json::{Value, json};
use server::app::App;
use server::app::operator::{open_order::LIFE, session};
use store::open_order::{self, NewRemoteOrder, RemoteOrderActor, RemoteOrderTarget};
use store::{audit, operator};
use testkit::wait;
use uuid::Uuid;

const SOON: Duration = wait::PATIENCE;
const RUN: &str = "0193a1b2-c3d4-7e5f-8a6b-000000000001";
const LATER_RUN: &str = "0193a1b2-c3d4-7e5f-8a6b-000000000002";

struct RemoteOrderConsole {
    app: App,
    server: ServedRouter,
    cookie: String,
}

impl RemoteOrderConsole {
    /// With a gateway that has reported the lane `in`.
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        let token = session::issue(&app, "li").await.unwrap();
        let cookie = format!("operator_session={token}");
        let server = ServedRouter::start(app.clone()).await;
        server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
        Self { app, server, cookie }
    }

    fn request(&self, method: Method, of: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1/garages/{of}/open-orders"));
        let request = self.server.client.request(method, url);
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn order(&self, key: &str, body: &Value) -> HttpReply {
        ask(self.request(Method::POST, SCHOOL).header("idempotency-key", key).json(body)).await
    }

    /// Creates an order that must be accepted; returns its id.
    async fn ordered(&self, key: &str) -> String {
        let answer = self.order(key, &body()).await;
        assert_eq!((answer.status, &answer.body["state"]), (201, &json!("waiting")), "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    async fn list(&self) -> Vec<Value> {
        ask(self.request(Method::GET, SCHOOL)).await.body["items"].as_array().unwrap().clone()
    }

    async fn poll(&self, token: &str, run: &str, wait_ms: u64) -> Vec<Value> {
        poll(&self.server, token, run, wait_ms).await
    }

    async fn report(&self, token: &str, id: &str, body: &Value) -> u16 {
        let request =
            self.server.client.post(self.server.url(&format!("/gateway/v1/orders/{id}"))).json(body);
        ask(request.bearer_auth(token)).await.status
    }

    /// Waits until a gateway's poll waits at the server.
    async fn wait_for_poll(&self) {
        wait::until(SOON, "a waiting gateway", async || self.app.waiters.is_waiting().then_some(())).await;
    }
}

async fn poll(server: &ServedRouter, token: &str, run: &str, wait_ms: u64) -> Vec<Value> {
    let url = server.url(&format!("/gateway/v1/orders?run={run}&wait_ms={wait_ms}"));
    let answer = ask(server.client.get(url).bearer_auth(token)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["orders"].as_array().unwrap().clone()
}

fn body() -> Value {
    json!({ "lane": "in", "reason": "车牌被遮挡，已核对" })
}

contract!(an_order_reaches_its_gateway_and_its_outcome_the_operator, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    assert_eq!(console.poll(SCHOOL_TOKEN, RUN, 0).await, Vec::<Value>::new());
    let id = console.ordered("k1").await;
    assert_eq!(console.poll(MALL_TOKEN, RUN, 0).await, Vec::<Value>::new(), "another garage's");
    let orders = console.poll(SCHOOL_TOKEN, RUN, 0).await;
    assert_eq!(orders, [json!({ "id": id, "lane": "in", "expires_in_ms": 30_000 })]);
    assert_eq!(console.list().await[0]["state"], json!("taken"));
    let opened = json!({ "state": "opened" });
    assert_eq!(console.report(MALL_TOKEN, &id, &opened).await, 404);
    assert_eq!(console.report(SCHOOL_TOKEN, &id, &opened).await, 204);
    let late = json!({ "state": "refused", "cause": "device_failed" });
    assert_eq!(console.report(SCHOOL_TOKEN, &id, &late).await, 204, "the first word stands");
    let listed = &console.list().await[0];
    assert_eq!((&listed["state"], &listed["cause"]), (&json!("opened"), &Value::Null));
    assert_eq!((&listed["operator"], &listed["reason"]), (&json!("李值班"), &body()["reason"]));
    let mut tx = f.store.begin_read().await.unwrap();
    let lines = audit::since(&mut tx, time(MONDAY), 100).await.unwrap();
    let line = lines.iter().find(|line| line.action == "gate.open").unwrap();
    assert_eq!((line.subject.as_str(), line.detail.as_str()), (SCHOOL, id.as_str()));
});

contract!(a_waiting_gateway_is_told_at_once_by_whichever_replica, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    let other = ServedRouter::start(f.replica().await).await;
    for (server, key) in [(&console.server, "k1"), (&other, "k2")] {
        let waits = poll(server, SCHOOL_TOKEN, RUN, 25_000);
        let orders = async {
            if key == "k1" {
                console.wait_for_poll().await;
            }
            console.ordered(key).await
        };
        let (told, id) = tokio::time::timeout(SOON, async { tokio::join!(waits, orders) }).await.unwrap();
        assert_eq!(told.last().unwrap()["id"], json!(id));
        assert_eq!(console.report(SCHOOL_TOKEN, &id, &json!({ "state": "opened" })).await, 204);
    }
});

contract!(a_later_question_sends_the_earlier_one_home, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    // The order is created once the later poll waits; created before, the earlier poll would receive it.
    let first = async {
        let told = console.poll(SCHOOL_TOKEN, RUN, 25_000).await;
        console.ordered("k1").await;
        told
    };
    let second = async {
        console.wait_for_poll().await;
        console.poll(SCHOOL_TOKEN, LATER_RUN, 25_000).await
    };
    let (first, second) = tokio::time::timeout(SOON, async { tokio::join!(first, second) }).await.unwrap();
    assert_eq!((first.len(), second.len()), (0, 1));
});

contract!(what_is_not_reached_in_time_is_not_opened, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    console.ordered("k1").await;
    f.clock.advance(LIFE);
    assert_eq!(console.poll(SCHOOL_TOKEN, RUN, 0).await, Vec::<Value>::new());
    assert_eq!(console.list().await[0]["state"], json!("expired"));
    let id = console.ordered("k2").await;
    assert_eq!(console.poll(SCHOOL_TOKEN, RUN, 0).await.len(), 1);
    f.clock.advance(LIFE);
    assert_eq!(console.list().await[0]["state"], json!("taken"), "its word may be on the way");
    f.clock.advance(LIFE);
    assert_eq!(console.list().await[0]["state"], json!("unknown"));
    let late = json!({ "state": "opened", "cause": "device_silent" });
    assert_eq!(console.report(SCHOOL_TOKEN, &id, &late).await, 204);
    let listed = &console.list().await[0];
    assert_eq!((&listed["state"], &listed["cause"]), (&json!("opened"), &json!("device_silent")));
});

contract!(an_order_needs_a_reason_a_lane_and_an_own_garage, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    let wrong = [
        (json!({ "lane": "in", "reason": " x " }), "reason"),
        (json!({ "lane": "in", "reason": "长".repeat(201) }), "reason"),
        (json!({ "lane": "nowhere", "reason": "核对" }), "lane"),
    ];
    for (body, field) in wrong {
        let answer = console.order("k", &body).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)), "{body}");
    }
    let none = ask(console
        .request(Method::POST, SCHOOL)
        .header("idempotency-key", "k")
        .json(&json!({ "lane": "in" })));
    assert_eq!(none.await.code(), "invalid_body");
    let keyless = ask(console.request(Method::POST, SCHOOL).json(&body())).await;
    assert_eq!(keyless.code(), "idempotency_key_missing");
    let mall = ask(console.request(Method::POST, MALL).header("idempotency-key", "k").json(&body())).await;
    assert_eq!(mall.code(), "not_found");
    assert_eq!(ask(console.request(Method::GET, MALL)).await.code(), "not_found");
    assert_eq!(console.list().await, Vec::<Value>::new());
});

contract!(only_an_operator_at_the_console_may_order, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    let url = console.server.url(&format!("/api/operator/v1/garages/{SCHOOL}/open-orders"));
    let bare = || console.server.client.post(&url).header("idempotency-key", "k").json(&body());
    assert_eq!(ask(bare().header("cookie", &console.cookie)).await.code(), "not_from_console");
    let stranger = bare().header("x-requested-with", "console");
    assert_eq!(ask(stranger).await.code(), "unauthorized");
    let gateway = bare().header("x-requested-with", "console").bearer_auth(SCHOOL_TOKEN);
    assert_eq!(ask(gateway).await.code(), "unauthorized");
    let url = console.server.url(&format!("/gateway/v1/orders?run={RUN}"));
    let asked = console.server.client.get(&url).header("cookie", &console.cookie);
    assert_eq!(ask(asked).await.code(), "unauthorized");
});

contract!(the_same_key_orders_once, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    let id = console.ordered("k1").await;
    assert_eq!(console.order("k1", &body()).await.body["id"], json!(id));
    let other = json!({ "lane": "in", "reason": "另一个理由" });
    assert_eq!(console.order("k1", &other).await.code(), "idempotency_key_reused");
    assert_eq!(console.order("k2", &other).await.code(), "order_waiting");
    assert_eq!(console.poll(SCHOOL_TOKEN, RUN, 0).await.len(), 1);
    assert_eq!(console.order("k1", &body()).await.body["state"], json!("taken"));
    console.ordered("k3").await;
    assert_eq!(console.list().await.len(), 2);
});

contract!(orders_of_one_moment_are_one, |f| async {
    let console = RemoteOrderConsole::open(f).await;
    let body = body();
    let (a, b) = tokio::join!(console.order("k1", &body), console.order("k2", &body));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
});

contract!(the_store_hands_an_order_to_one_run_only, |f| async {
    fill(&f.app()).await;
    let (school, lane, now) = (garage(SCHOOL), LaneId::parse("in").unwrap(), time(MONDAY));
    let mut tx = f.store.begin().await.unwrap();
    let operator = operator::by_username(&mut tx, "li").await.unwrap().unwrap().id;
    let id = Uuid::now_v7();
    let new = NewRemoteOrder {
        id,
        garage: &school,
        target: RemoteOrderTarget::Lane(&lane),
        by: RemoteOrderActor::Operator(&operator),
        idempotency_key: "k",
        reason: "核对",
        plate_enc: None,
        made_at: now,
        expires_at: now + LIFE,
    };
    open_order::insert(&mut tx, &new).await.unwrap();
    assert!(open_order::is_waiting(&mut tx, &school, &lane, now).await.unwrap());
    assert!(!open_order::is_waiting(&mut tx, &school, &lane, now + LIFE).await.unwrap());
    assert_eq!(open_order::garages_waiting(&mut tx, now).await.unwrap(), std::slice::from_ref(&school));
    let refused =
        RemoteOrderOutcome { state: RemoteOrderResult::Refused, cause: Some(RemoteOrderCause::OnlyAnswers) };
    assert!(!open_order::ended(&mut tx, &school, id, refused, now).await.unwrap(), "nobody has it");
    let taken = open_order::take(&mut tx, &school, RUN, now).await.unwrap();
    assert_eq!((taken.len(), taken[0].id, taken[0].expires_at), (1, id, now + LIFE));
    assert_eq!(open_order::garages_waiting(&mut tx, now).await.unwrap(), []);
    assert!(!open_order::is_there(&mut tx, &school, LATER_RUN, now).await.unwrap());
    assert_eq!(open_order::take(&mut tx, &school, LATER_RUN, now).await.unwrap(), []);
    assert!(open_order::is_there(&mut tx, &school, RUN, now).await.unwrap());
    assert_eq!(open_order::take(&mut tx, &school, RUN, now).await.unwrap(), taken, "the answer got lost");
    assert!(!open_order::is_there(&mut tx, &school, RUN, now + LIFE).await.unwrap());
    assert!(open_order::ended(&mut tx, &school, id, refused, now).await.unwrap());
    assert_eq!(open_order::take(&mut tx, &school, RUN, now).await.unwrap(), []);
    let written = open_order::by_key(&mut tx, &school, &operator, "k").await.unwrap().unwrap();
    assert_eq!(
        (written.order.state, written.order.cause, written.order.ended_at),
        (RemoteOrderState::Refused, refused.cause, Some(now))
    );
    let page = open_order::page(&mut tx, &school, None, 10).await.unwrap();
    assert_eq!(page, [written]);
    assert_eq!(open_order::page(&mut tx, &school, Some(id), 10).await.unwrap(), []);
});
