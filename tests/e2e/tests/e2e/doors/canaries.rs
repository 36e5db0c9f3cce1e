//! Distinctive plates, names, phone numbers and openids go through every door, also as garbage and in the wrong place.
//! Then they are searched where they must not be: logs, metrics, error bodies, feeds, the database, and the files of
//! the edge once the server has the events.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ids::GarageId;
use e2e::phone::PATIENCE;
use e2e::system::{SystemForm, TestSystem};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use store::Store;
use testkit::authorization::dump;
use testkit::wait;

use crate::scene::{drive, family, id, lane, now, teacher_of};

const PLATE: &str = "鲁QK7351";
const NAME: &str = "欧阳格林兰";
const PHONE: &str = "13977731551";
const OPENID: &str = "oCanary7351Zx-openid-0001";

/// What is searched. Of the plate only what a text in another encoding keeps as well.
const TRACES: [&str; 4] = ["QK7351", NAME, PHONE, "oCanary7351Zx"];

fn trace_in(text: &str) -> Option<&'static str> {
    TRACES.into_iter().find(|trace| text.contains(trace))
}

#[track_caller]
fn clean(what: &str, text: &str) {
    assert_eq!(trace_in(text), None, "{what}: {text}");
}

pub(super) async fn personal_data_is_found_nowhere_but_where_it_belongs(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-east");
    at_the_gate(&system, &garage).await;
    at_the_phones_door(&system).await;
    at_the_servers_doors(&system, &garage).await;

    clean("a log", &system.logs());
    for origin in [system.server(), system.people()] {
        for path in ["/metrics", "/api/public/v3/parking-sites", "/api/public/v3/parking-sites/realtime"] {
            let answer = Client::new().get(format!("{origin}{path}")).send().await.unwrap();
            clean(path, &answer.text().await.unwrap());
        }
    }
    let feed = Client::new().get(format!("{}/internal/v1/feed?after=0", system.server()));
    clean("the feed", &feed.bearer_auth(system.service_token()).send().await.unwrap().text().await.unwrap());
    in_the_database(&system).await;
    on_the_edge(&system, &garage).await;
}

/// A real event, and events with a value of a person in each field.
async fn at_the_gate(system: &TestSystem, garage: &GarageId) {
    let exit = lane(system, garage, "out").await;
    drive(&exit, PLATE).await;
    let event = |change: Value| {
        let mut event =
            json!({ "event_id": "canary", "kind": "plate", "plate": "鲁BD0003", "occurred_at": now() });
        event.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        event.to_string()
    };
    for canary in [PLATE, NAME, PHONE, OPENID] {
        let wrong = [
            json!({ "kind": canary }),
            json!({ "v": canary }),
            json!({ "occurred_at": canary }),
            json!({ "confidence": canary, "kind": [canary] }),
            json!({ "age_ms": canary, "plate": { "text": canary } }),
        ];
        for change in wrong {
            exit.publish_raw(exit.event_topic(), event(change).into_bytes()).await.unwrap();
        }
        exit.publish_raw(exit.event_topic(), format!("{canary} is no JSON").into_bytes()).await.unwrap();
    }
    let console = system.operator("operator").await;
    wait::until(PATIENCE, "the operator sees why they were refused", async || {
        let letters = console.dead_letters(garage).await.items;
        let shown = letters.iter().filter(|letter| trace_in(&letter.excerpt).is_some());
        assert_eq!(letters.iter().find_map(|letter| trace_in(&letter.detail)), None, "{letters:?}");
        // A device has 20 dead letters a minute.
        (shown.count() >= 10).then_some(())
    })
    .await;
}

/// Sends a request; an error's body must not repeat what was sent.
async fn sent(request: RequestBuilder) {
    let answer = request.send().await.unwrap();
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let body = answer.text().await.unwrap();
    if !status.is_success() {
        clean(&format!("{status} of {url}"), &body);
    }
}

async fn at_the_phones_door(system: &TestSystem) {
    let parent = system.log_in(&family(system, 1, 0).guardian).await;
    let teacher = teacher_of(system, &id("haifeng-1-1")).await;
    let api = format!("{}/api/v1", system.people());
    for canary in [PLATE, NAME, PHONE, OPENID] {
        let as_parent = |request: RequestBuilder| request.bearer_auth(&parent.token);
        sent(Client::new().post(format!("{api}/sessions")).json(&json!({ "js_code": [canary] }))).await;
        let bind = json!({ "js_code": OPENID, "bind_code": canary });
        sent(Client::new().post(format!("{api}/sessions")).json(&bind)).await;
        for body in [json!({ "plate": [canary] }), json!({ "plate": format!("{canary}?") }), json!(canary)] {
            sent(as_parent(Client::new().post(format!("{api}/plates"))).json(&body)).await;
        }
        let claim = json!({ "pupils": canary });
        sent(as_parent(Client::new().post(format!("{api}/guardian/claims"))).json(&claim)).await;
        let quote = Client::new().get(format!("{api}/garages/haifeng-b1/quote"));
        sent(as_parent(quote.query(&[("plate", canary), ("audience", canary), ("from", canary)]))).await;
        sent(as_parent(Client::new().get(format!("{api}/reservations/{canary}")))).await;
        let act = Client::new().post(format!("{api}/arrivals/{}/acts", uuid::Uuid::nil()));
        sent(act.bearer_auth(&teacher.token).json(&json!({ "act": canary, "seen": 1 }))).await;
    }
}

async fn at_the_servers_doors(system: &TestSystem, garage: &GarageId) {
    let console = system.operator("operator").await;
    let sessions = format!("{}/internal/v1/sessions", system.server());
    let post = |body: Value| Client::new().post(&sessions).bearer_auth(system.service_token()).json(&body);
    sent(post(json!({ "openid": OPENID, "register": true }))).await;
    for canary in [PLATE, NAME, PHONE, OPENID] {
        sent(post(json!({ "openid": { "id": canary } }))).await;
        sent(post(json!({ "openid": format!("{OPENID}-2"), "bind_code": canary }))).await;
        let body = json!({ "occupied": canary, "seen": 0, "reason": canary });
        let answer = console.post_once(&format!("/garages/{garage}/adjustments"), "canary", &body).await;
        clean("a refused correction", &answer.text().await.unwrap());
        let answer = console.get(&format!("/garages/{garage}/events?before={canary}")).await;
        // A telephone number is a valid number; its answer is the operator's list.
        if !answer.status().is_success() {
            clean("a refused query", &answer.text().await.unwrap());
        }
        let log_in = json!({ "username": canary, "password": canary });
        let url = format!("{}/api/operator/v1/sessions", system.server());
        sent(Client::new().post(url).json(&log_in)).await;
        let sites = format!("{}/api/public/v3/parking-sites", system.server());
        sent(Client::new().get(sites).query(&[("limit", canary)])).await;
    }
}

async fn in_the_database(system: &TestSystem) {
    let dump = match &system.app().store {
        Store::Sqlite { read, .. } => dump::sqlite(read).await,
        Store::Postgres(pool) => dump::postgres(pool).await,
    };
    assert!(!dump["gate_event"].is_empty() && !dump["dead_letter"].is_empty());
    for (table, rows) in &dump {
        rows.iter().for_each(|row| clean(table, row));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

async fn on_the_edge(system: &TestSystem, garage: &GarageId) {
    let folder = match system.form() {
        SystemForm::Standalone => system.data().join("gateways").join(garage.as_str()),
        SystemForm::Separate => system.gateway_files(garage).data,
    };
    assert!(!files(&folder).is_empty());
    wait::until(PATIENCE, "no file of the edge has a trace", async || {
        let texts = files(&folder).into_iter().filter_map(|path| std::fs::read(path).ok());
        let traces = texts.filter_map(|bytes| trace_in(&String::from_utf8_lossy(&bytes)));
        (traces.count() == 0).then_some(())
    })
    .await;
}
