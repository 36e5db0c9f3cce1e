//! Requests of the operator console.

use domain::allocation::BookStrikeKind;
use domain::allocation::layout::PlateKey;
use domain::ids::DeviceId;
use reqwest::Method;
use serde_json::{Value, json};
use store::no_reading_shape::{self, NewShapeMark};
use store::operator;
use store::seal::SealPurpose;
use store::strike::{self, NewStrike};
use testkit::authorization::call::MatrixCall;
use testkit::authorization::table::MatrixRow;
use uuid::Uuid;

use super::doors::OPERATOR;
use super::lookup::{self, text};
use super::scene::{MatrixScene, NORTH, SOUTH};
use super::seed::PASSWORD;
use crate::common::district::garage;

const SCHOOL: &str = "/schools/north-primary/calendar";

pub(super) async fn operator(scene: &MatrixScene, row: &MatrixRow) -> MatrixCall {
    let call = MatrixCall::new(OPERATOR.base, row);
    let Some(rest) = row.operation.split_once("/garages/{garage}/").map(|(_, rest)| rest) else {
        return account(scene, row, call).await;
    };
    let at = if row.object.ends_with("garage 2") { SOUTH } else { NORTH };
    let call = call.at("garage", at);
    match call.method.as_str() {
        "GET" => read(rest, call),
        _ => match rest.split('/').next().unwrap() {
            "windows" | "closures" | "pools" | "sharing-rules" => sharing(scene, rest, call).await,
            "reservations" | "blocks" | "strikes" => reservation(scene, rest, call).await,
            _ => gate(scene, rest, call).await,
        },
    }
}

async fn account(scene: &MatrixScene, row: &MatrixRow, call: MatrixCall) -> MatrixCall {
    match row.operation {
        "POST /sessions" => call.body(json!({ "username": "north-operator", "password": PASSWORD })),
        "PUT /schools/{school}/calendar" => {
            let read = lookup::as_operator(scene, Method::GET, SCHOOL, None).await;
            call.at("school", "north-primary").body(read.body).header("if-match", &read.etag)
        }
        "GET /schools/{school}/calendar" => call.at("school", "north-primary"),
        _ => call,
    }
}

fn read(rest: &str, call: MatrixCall) -> MatrixCall {
    match rest {
        "calendar" | "openings" => call.query("from=2026-11-23&to=2026-11-24"),
        "reservations" if call.path.contains(NORTH) => call.query("day=2026-11-24"),
        _ => call,
    }
}

fn walk() -> Value {
    json!({
        "begun_at": "2026-11-23T15:30:00+08:00", "ended_at": "2026-11-23T15:35:00+08:00",
        "seen": "鲁BQ7M01\n鲁BQ7P03", "unread": 0, "reason": "evening round",
    })
}

async fn gate(scene: &MatrixScene, rest: &str, call: MatrixCall) -> MatrixCall {
    match rest {
        "adjustments" => {
            let own = lookup::as_operator(scene, Method::GET, "/garages", None).await.body;
            let seen = &own["garages"][0]["occupied"];
            call.body(json!({ "occupied": 2, "seen": seen, "reason": "counted" }))
        }
        "inventories" | "inventories/preview" => call.body(walk()),
        "open-orders" => call.body(json!({ "lane": "out", "reason": "the camera is dirty" })),
        "fire-ends" => {
            call.body(json!({ "through": "2026-11-23T15:40:00+08:00", "reason": "a false alarm" }))
        }
        "no-reading-shapes" => call.body(json!({
            "device": "gate", "shape": "00112233", "summary": "heartbeat", "reason": "a heartbeat",
        })),
        "no-reading-shapes/{device}/{shape}" => {
            mark(scene).await;
            call.at("device", "gate").at("shape", "aabbccdd")
        }
        "access-checks" => call.body(json!({ "plate": "鲁BQ7M01" })),
        _ => call,
    }
}

async fn mark(scene: &MatrixScene) {
    let mut tx = scene.app.store.begin().await.unwrap();
    let account = operator::by_username(&mut tx, "north-operator").await.unwrap().unwrap();
    let new = NewShapeMark {
        garage: &garage(NORTH),
        device: &DeviceId::parse("gate").unwrap(),
        shape: "aabbccdd",
        summary: "heartbeat",
        reason: "a heartbeat",
        operator: &account.id,
        at: scene.app.now(),
    };
    no_reading_shape::insert(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

/// A stay of the public at night; each call has another hour.
fn stay(scene: &MatrixScene) -> Value {
    let number = scene.stay();
    let (day, hour) = (24 + number / 4, 19 + number % 4);
    let at = |hour: u32| format!("2026-11-{day}T{hour}:00:00+08:00");
    json!({ "audience": "public", "plate": "鲁BQ7W14", "starts_at": at(hour), "ends_at": at(hour + 1) })
}

async fn reservation(scene: &MatrixScene, rest: &str, call: MatrixCall) -> MatrixCall {
    let lift = json!({ "reason": "a misunderstanding" });
    match rest {
        "reservations" => call.body(stay(scene)),
        "reservations/{id}" => {
            let change = lookup::pickup(scene);
            let change = json!({ "starts_at": change["starts_at"], "ends_at": change["ends_at"] });
            call.at("id", &lookup::reservation(scene).await).body(change)
        }
        "reservations/{id}/acts" => {
            call.at("id", &lookup::reservation(scene).await).body(json!({ "act": "cancel" }))
        }
        "blocks" => call.body(block(scene)),
        "blocks/{id}" => {
            let body = Some(block(scene));
            let made = lookup::as_operator(scene, Method::POST, "/garages/north/blocks", body).await;
            call.at("id", &text(&made.body["id"])).body(lift)
        }
        "strikes/{id}/lift" => call.at("id", &strike(scene).await).body(lift),
        _ => call,
    }
}

fn block(scene: &MatrixScene) -> Value {
    json!({ "plate": format!("鲁BQ9{:03}", scene.number()), "reason": "drove off without paying" })
}

async fn strike(scene: &MatrixScene) -> String {
    let new = NewStrike {
        id: Uuid::now_v7(),
        garage: garage(NORTH),
        plate: PlateKey(scene.app.keys.hash(SealPurpose::Plate, "鲁BQ7M01")),
        reservation: lookup::reservation(scene).await.parse().unwrap(),
        kind: BookStrikeKind::NoShow,
        at: scene.app.now(),
    };
    let mut tx = scene.app.store.begin().await.unwrap();
    strike::insert(&mut tx, std::slice::from_ref(&new)).await.unwrap();
    tx.commit().await.unwrap();
    new.id.to_string()
}

fn morning() -> Value {
    json!({
        "audience": "public", "weekdays": 127, "start_minute": 480, "length_minutes": 300, "quota": 1,
    })
}

fn closure() -> Value {
    json!({
        "from": "2026-12-01T08:00:00+08:00", "until": "2026-12-01T09:00:00+08:00", "spaces": 1, "reason": "cleaning",
    })
}

async fn sharing(scene: &MatrixScene, rest: &str, call: MatrixCall) -> MatrixCall {
    match rest {
        "windows" => call.body(morning()),
        "windows/preview" => call.body(json!({ "rule": morning() })),
        "windows/{window}" => {
            // Windows of the district file are numbered. The last one is the one that ends.
            let id = if call.method == "DELETE" { "north-3" } else { "north-2" };
            let window = lookup::window(scene, id).await;
            let call = call.at("window", id).header("if-match", &text(&window["etag"]));
            if call.method == "DELETE" { call } else { call.body(window["rule"].clone()) }
        }
        "closures" | "closures/preview" => call.body(closure()),
        "closures/{closure}" => {
            let made =
                lookup::as_operator(scene, Method::POST, "/garages/north/closures", Some(closure())).await;
            call.at("closure", &text(&made.body["id"]))
        }
        "pools" | "sharing-rules" => {
            let read = lookup::as_operator(scene, Method::GET, &format!("/garages/north/{rest}"), None).await;
            call.body(read.body).header("if-match", &read.etag)
        }
        _ => call,
    }
}
