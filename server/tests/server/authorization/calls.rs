//! Requests of the internal door, of gateways, and of the public.

use reqwest::Method;
use serde_json::{Value, json};
use server::app::{enrolment, import};
use store::notice::{self, NewNotice};
use testkit::authorization::call::MatrixCall;
use testkit::authorization::table::MatrixRow;
use uuid::Uuid;

use super::doors::{GATEWAY, INTERNAL, PUBLIC};
use super::lookup::{self, text};
use super::scene::{MatrixScene, NORTH};
use crate::common::district::garage;
use crate::common::gateway::heartbeat;

/// Id of a run of a gateway.
const RUN: &str = "0193a1b2-c3d4-7e5f-8a6b-000000000001";

pub(super) async fn internal(scene: &MatrixScene, row: &MatrixRow) -> MatrixCall {
    let call = MatrixCall::new(INTERNAL.base, row);
    match row.operation {
        "POST /sessions" => {
            let openid = format!("oWx-new-{}", scene.number());
            call.body(json!({ "openid": openid, "register": true }))
        }
        "GET /classes/{class}/arrivals" => call.at("class", class(row.object)),
        "POST /arrivals/{id}/acts" => {
            let arrival = lookup::arrival(scene, "澹台鹭").await;
            let act = json!({ "act": "release", "seen": arrival["cursor"] });
            call.at("id", &text(&arrival["id"])).body(act)
        }
        "POST /guardian/claims" if row.object == "the child" => {
            call.body(json!({ "pupils": [lookup::child(scene).await] }))
        }
        "POST /guardian/claims" => call.body(json!({})),
        "POST /gate-entries" => {
            let own = lookup::as_person(scene, "G-mother", Method::GET, "/plates", None).await;
            call.body(json!({ "garage": NORTH, "lane": "in", "plate_id": own["plates"][0]["id"] }))
        }
        "POST /plates" => call.body(new_plate(scene)),
        "DELETE /plates/{id}" => {
            let body = Some(new_plate(scene));
            let made = lookup::as_person(scene, "G-mother", Method::POST, "/plates", body).await;
            call.at("id", &text(&made["id"]))
        }
        "POST /notices/{id}/read" => call.at("id", &notice_of_mother(scene).await),
        "GET /feed" => call.query("after=0&wait_ms=0"),
        _ => reservations(scene, row, call).await,
    }
}

fn class(object: &str) -> &'static str {
    match object {
        "class A" => "class-a",
        "class B" => "class-b",
        _ => "class-x",
    }
}

fn new_plate(scene: &MatrixScene) -> Value {
    json!({ "plate": format!("鲁BQ8{:03}", scene.number()) })
}

async fn notice_of_mother(scene: &MatrixScene) -> String {
    let person = import::person_id(&scene.app, "G-mother").await.unwrap().unwrap();
    let new = NewNotice {
        id: Uuid::now_v7(),
        person,
        at: scene.app.now(),
        kind: domain::allocation::DriverNoticeKind::EndingSoon,
        garage: garage(NORTH),
        reservation: lookup::reservation(scene).await.parse().unwrap(),
        detail: String::new(),
    };
    let mut tx = scene.app.store.begin().await.unwrap();
    notice::insert(&mut tx, std::slice::from_ref(&new)).await.unwrap();
    tx.commit().await.unwrap();
    new.id.to_string()
}

async fn reservations(scene: &MatrixScene, row: &MatrixRow, call: MatrixCall) -> MatrixCall {
    match row.operation {
        "GET /garages/{garage}/quote" => {
            let stay = "starts_at=2026-11-24T15:00:00%2B08:00&ends_at=2026-11-24T15:40:00%2B08:00";
            call.at("garage", NORTH).query(&format!("audience={}&{stay}", row.object))
        }
        "GET /garages/{garage}/forecast" => {
            call.at("garage", NORTH).query(&format!("audience={}&hours=2", row.object))
        }
        "POST /garages/{garage}/reservations" if row.object.starts_with("public") => {
            call.at("garage", NORTH).body(json!({
                "audience": "public", "plate": "鲁BQ7M01",
                "starts_at": "2026-11-24T19:00:00+08:00", "ends_at": "2026-11-24T20:00:00+08:00",
            }))
        }
        "POST /garages/{garage}/reservations" => call.at("garage", NORTH).body(lookup::pickup(scene)),
        "POST /garages/{garage}/reservation-series" => {
            let first = lookup::pickup(scene);
            let day = first["starts_at"].as_str().unwrap()[..10].to_owned();
            call.at("garage", NORTH).body(json!({ "first": first, "dates": [day], "on_conflict": "skip" }))
        }
        "GET /reservations/{id}" => call.at("id", &lookup::reservation(scene).await),
        "PATCH /reservations/{id}" => {
            let change = lookup::pickup(scene);
            let change = json!({ "starts_at": change["starts_at"], "ends_at": change["ends_at"] });
            call.at("id", &lookup::reservation(scene).await).body(change)
        }
        "POST /reservations/{id}/acts" => {
            call.at("id", &lookup::reservation(scene).await).body(json!({ "act": "cancel" }))
        }
        _ => call,
    }
}

pub(super) async fn gateway(scene: &MatrixScene, row: &MatrixRow) -> MatrixCall {
    let call = MatrixCall::new(GATEWAY.base, row);
    let credential = || format!("pkg_{:043}", scene.number());
    match row.operation {
        "POST /events" => {
            let epoch = format!("epoch-{}", scene.number());
            call.body(serde_json::to_value(heartbeat(&epoch)).unwrap())
        }
        "POST /enroll" => {
            let code = enrolment::create_code(&scene.app, &garage("spare")).await.unwrap().code;
            call.body(json!({ "garage": "spare", "code": code, "credential": credential() }))
        }
        "POST /credential" => call.body(json!({ "credential": credential() })),
        "GET /orders" => call.query(&format!("run={RUN}&wait_ms=0")),
        "POST /orders/{order}" => {
            let taken = lookup::as_gateway(scene, &format!("/orders?run={RUN}&wait_ms=0")).await;
            assert!(taken["orders"].is_array());
            let orders = lookup::as_operator(scene, Method::GET, "/garages/north/open-orders", None).await;
            call.at("order", &text(&orders.body["items"][0]["id"])).body(json!({ "state": "opened" }))
        }
        _ => call,
    }
}

pub(super) async fn public(_: &MatrixScene, row: &MatrixRow) -> MatrixCall {
    let call = MatrixCall::new(PUBLIC.base, row);
    // Garages have numbers from 1 on in the order of the district; there is one source.
    if call.path.contains("{id}") { call.at("id", "1") } else { call }
}
