//! Inventories, ghosts that evidence proves, and the confidence in the count.

use std::time::Duration;

use crate::common::district::{
    FATHER, MALL, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, STRANGER, fill, garage, plate,
};
use crate::common::gateway::{batch, entry, exit, heartbeat};
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture};
use protocol::uplink::GateEvent;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::operator::session;
use server::app::overdue;
use store::seal::SealPurpose;
use store::visit;

const BEGUN: &str = "2026-11-23T15:50:00+08:00";
const ENDED: &str = "2026-11-23T15:55:00+08:00";
const NOW: &str = "2026-11-23T16:00:00+08:00";

struct InventoryConsole {
    server: ServedRouter,
    cookie: String,
}

impl InventoryConsole {
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        let token = session::issue(&app, "li").await.unwrap();
        Self { server: ServedRouter::start(app).await, cookie: format!("operator_session={token}") }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1/garages{path}"));
        let request = self.server.client.request(method, url);
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn walk(&self, key: &str, seen: &str, unread: u32) -> HttpReply {
        let request = self.request(Method::POST, &format!("/{SCHOOL}/inventories"));
        ask(request.header("idempotency-key", key).json(&walk(seen, unread))).await
    }

    async fn preview(&self, body: &Value) -> HttpReply {
        ask(self.request(Method::POST, &format!("/{SCHOOL}/inventories/preview")).json(body)).await
    }

    async fn school(&self) -> Value {
        let answer = ask(self.request(Method::GET, "")).await;
        let all = answer.body["garages"].as_array().unwrap().clone();
        all.into_iter().find(|garage| garage["id"] == SCHOOL).unwrap()
    }

    async fn passed(&self, first: i64, events: Vec<GateEvent>) -> i64 {
        self.server.take(SCHOOL_TOKEN, &batch("a", first, events)).await.count.occupied
    }
}

fn walk(seen: &str, unread: u32) -> Value {
    json!({ "begun_at": BEGUN, "ended_at": ENDED, "seen": seen, "unread": unread, "reason": "夜间盘点" })
}

/// End and reason of each visit of a plate.
async fn ends(fixture: &StoreFixture, place: &str, car: &str) -> Vec<(Option<String>, Option<String>)> {
    let hash = fixture.keys().hash(SealPurpose::Plate, plate(car).as_str());
    let mut tx = fixture.store.begin_read().await.unwrap();
    let visits = visit::of_plate(&mut tx, &garage(place), &hash).await.unwrap();
    visits.into_iter().map(|visit| (visit.ended_by, visit.ended_why)).collect()
}

fn missed(why: &str) -> (Option<String>, Option<String>) {
    (Some("exit_missed".to_owned()), Some(why.to_owned()))
}

contract!(a_walk_ends_ghosts_finds_cars_and_sets_the_count, |f| async {
    let console = InventoryConsole::open(f).await;
    let came = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    console.passed(1, came).await;
    f.clock.set(NOW);
    console.passed(3, vec![]).await;
    let seen = format!("{MOTHER}, B1-017\n\n{STRANGER}\n");
    let preview = console.preview(&walk(&seen, 1)).await;
    assert_eq!(preview.status, 200, "{preview:?}");
    assert_eq!(preview.body["ghosts"][0]["plate"], FATHER);
    assert_eq!(preview.body["opened"], json!([STRANGER]));
    assert_eq!((&preview.body["before"], &preview.body["after"]), (&json!(2), &json!(3)));
    assert_eq!(console.school().await["occupied"], 2, "a preview changes nothing");

    let written = console.walk("k", &seen, 1).await;
    assert_eq!(written.status, 201, "{written:?}");
    assert_eq!((&written.body["ghosts"], &written.body["opened"]), (&json!(1), &json!(1)));
    assert_eq!(ends(f, SCHOOL, FATHER).await, [missed("inventory")]);
    assert_eq!(ends(f, SCHOOL, STRANGER).await, [(None, None)]);
    assert_eq!(console.school().await["occupied"], 3);
    assert_eq!(console.walk("k", &seen, 1).await.body, written.body, "the same key writes once");
    assert_eq!(console.walk("k", MOTHER, 0).await.code(), "idempotency_key_reused");
    let list = ask(console.request(Method::GET, &format!("/{SCHOOL}/inventories"))).await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
});

contract!(cars_that_pass_during_the_walk_are_neither_ghosts_nor_missing, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![entry("e1", MOTHER, MONDAY)]).await;
    f.clock.set(NOW);
    let passed = vec![entry("e2", FATHER, ENDED), exit("e3", MOTHER, ENDED)];
    console.passed(2, passed).await;
    let written = console.walk("k", MOTHER, 0).await;
    assert_eq!((&written.body["ghosts"], &written.body["opened"]), (&json!(0), &json!(0)), "{written:?}");
    assert_eq!(written.body["after"], 1);
    assert_eq!(ends(f, SCHOOL, FATHER).await, [(None, None)]);
});

contract!(a_walk_waits_for_what_the_gateway_has_not_told, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![]).await;
    f.clock.set(NOW);
    assert_eq!(console.walk("k", MOTHER, 0).await.code(), "gateway_behind");
});

contract!(a_walk_is_checked_and_belongs_to_own_garages, |f| async {
    let console = InventoryConsole::open(f).await;
    f.clock.set(NOW);
    for (body, field) in [
        (json!({ "begun_at": ENDED, "ended_at": BEGUN, "seen": "" }), "begun_at"),
        (json!({ "begun_at": BEGUN, "ended_at": ENDED, "seen": "鲁B12345\nnonsense" }), "seen"),
    ] {
        let answer = console.preview(&body).await;
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{answer:?}");
    }
    let request = console.request(Method::POST, "/nowhere/inventories/preview").json(&walk("", 0));
    assert_eq!(ask(request).await.status, 404);
});

contract!(a_second_entry_proves_the_missed_exit_and_heals_the_count, |f| async {
    let console = InventoryConsole::open(f).await;
    let again = vec![entry("e1", MOTHER, MONDAY), entry("e2", MOTHER, BEGUN)];
    assert_eq!(console.passed(1, again).await, 1);
    assert_eq!(ends(f, SCHOOL, MOTHER).await, [missed("entered_again"), (None, None)]);
});

contract!(an_exit_that_only_came_late_is_no_missed_one, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![entry("e1", MOTHER, MONDAY), entry("e2", MOTHER, ENDED)]).await;
    assert_eq!(console.passed(3, vec![exit("e3", MOTHER, BEGUN)]).await, 1);
    assert_eq!(ends(f, SCHOOL, MOTHER).await, [(Some("exit".to_owned()), None), (None, None)]);
});

contract!(an_exit_that_comes_after_the_second_visit_has_ended_is_not_counted_twice, |f| async {
    let console = InventoryConsole::open(f).await;
    let again = vec![entry("e1", MOTHER, MONDAY), entry("e2", MOTHER, ENDED), exit("e4", MOTHER, NOW)];
    assert_eq!(console.passed(1, again).await, 0);
    assert_eq!(console.passed(4, vec![exit("e3", MOTHER, BEGUN)]).await, 0);
    let out = (Some("exit".to_owned()), None);
    assert_eq!(ends(f, SCHOOL, MOTHER).await, [out.clone(), out]);
});

contract!(a_car_that_a_correction_left_out_is_not_taken_out_again, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![entry("e1", MOTHER, MONDAY)]).await;
    let body = json!({ "occupied": 0, "seen": 1, "reason": "empty" });
    let request = console.request(Method::POST, &format!("/{SCHOOL}/adjustments"));
    assert_eq!(ask(request.header("idempotency-key", "k").json(&body)).await.status, 201);
    assert_eq!(console.passed(2, vec![entry("e2", MOTHER, BEGUN)]).await, 1);
});

contract!(a_car_that_came_in_elsewhere_has_left, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![entry("e1", MOTHER, MONDAY)]).await;
    f.clock.set(NOW);
    console.server.take(MALL_TOKEN, &batch("m", 1, vec![entry("m1", MOTHER, BEGUN)])).await;
    assert_eq!(overdue::end_left_behind(&f.app()).await.unwrap(), 0, "the school's gateway has been silent");
    console.passed(2, vec![]).await;
    assert_eq!(overdue::end_left_behind(&f.app()).await.unwrap(), 1);
    assert_eq!(overdue::end_left_behind(&f.app()).await.unwrap(), 0);
    assert_eq!(ends(f, SCHOOL, MOTHER).await, [missed("elsewhere")]);
    assert_eq!(ends(f, MALL, MOTHER).await, [(None, None)]);
    assert_eq!(console.school().await["occupied"], 0);
    let late = vec![exit("e2", MOTHER, "2026-11-23T15:45:00+08:00")];
    assert_eq!(console.passed(2, late).await, 0, "an exit that comes late is not counted twice");
    assert_eq!(ends(f, SCHOOL, MOTHER).await, [(Some("exit".to_owned()), None)]);
});

contract!(a_count_says_how_far_it_can_be_believed, |f| async {
    let console = InventoryConsole::open(f).await;
    console.passed(1, vec![entry("e1", MOTHER, MONDAY)]).await;
    let trust = console.school().await["trust"].clone();
    assert_eq!((&trust["level"], &trust["doubts"]), (&json!("medium"), &json!(["never_checked"])));
    f.clock.set(NOW);
    console.server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    assert_eq!(console.walk("k", MOTHER, 0).await.status, 201);
    assert_eq!(console.school().await["trust"]["level"], "high");
    f.clock.advance(Duration::from_secs(3600));
    let trust = console.school().await["trust"].clone();
    assert_eq!((&trust["level"], &trust["doubts"]), (&json!("low"), &json!(["gateway_lost"])));
});
