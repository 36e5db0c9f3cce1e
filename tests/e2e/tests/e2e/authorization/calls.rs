//! Requests of the mini-program's API, with objects of guardian M.

use domain::allocation::DriverNoticeKind;
use domain::ids::GarageId;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::import;
use store::notice::{self, NewNotice};
use testkit::authorization::call::{MatrixCall, MatrixIdentity};
use testkit::authorization::run::MatrixTarget;
use testkit::authorization::table::MatrixRow;
use uuid::Uuid;

use super::BASE;
use super::identity;
use super::scene::MiniappScene;

pub(super) async fn miniapp(scene: &MiniappScene, row: &MatrixRow) -> MatrixCall {
    let call = MatrixCall::new(BASE, row);
    match row.operation {
        "POST /sessions" => {
            let code = scene.wechat.code_for(&format!("oWx-new-{}", scene.number()));
            call.body(json!({ "js_code": code, "register": true }))
        }
        "GET /classes/{class}/arrivals" | "GET /classes/{class}/arrivals/stream" => {
            call.at("class", class(row.object))
        }
        "POST /arrivals/{id}/acts" => {
            let arrival = arrival(scene, "澹台鹭").await;
            let act = json!({ "act": "release", "seen": arrival["cursor"] });
            call.at("id", text(&arrival["id"])).body(act)
        }
        "POST /guardian/claims" if row.object == "the child" => {
            let page = as_person(scene, "G-father", Method::GET, "/guardian", None).await;
            call.body(json!({ "pupils": [page["children"][0]["pupil_id"]] }))
        }
        "POST /guardian/claims" => call.body(json!({})),
        "POST /gate-entries" => {
            let own = as_person(scene, "G-mother", Method::GET, "/plates", None).await;
            call.body(json!({ "garage": "north", "lane": "in", "plate_id": own["plates"][0]["id"] }))
        }
        "POST /guardian/plates" | "POST /plates" => call.body(new_plate(scene)),
        "DELETE /guardian/plates/{id}" | "DELETE /plates/{id}" => {
            let made = as_person(scene, "G-mother", Method::POST, "/plates", Some(new_plate(scene))).await;
            call.at("id", text(&made["id"]))
        }
        "POST /notices/{id}/read" => call.at("id", &notice_of_mother(scene).await),
        _ => reservations(scene, row, call).await,
    }
}

async fn reservations(scene: &MiniappScene, row: &MatrixRow, call: MatrixCall) -> MatrixCall {
    match row.operation {
        "GET /garages/{garage}/quote" => {
            let stay = "starts_at=2026-11-24T15:00:00%2B08:00&ends_at=2026-11-24T15:40:00%2B08:00";
            call.at("garage", "north").query(&format!("audience={}&{stay}", row.object))
        }
        "GET /garages/{garage}/forecast" => {
            call.at("garage", "north").query(&format!("audience={}&hours=2", row.object))
        }
        "POST /garages/{garage}/reservations" if row.object.starts_with("public") => {
            call.at("garage", "north").body(json!({
                "audience": "public", "plate": "鲁BQ7M01",
                "starts_at": "2026-11-24T19:00:00+08:00", "ends_at": "2026-11-24T20:00:00+08:00",
            }))
        }
        "POST /garages/{garage}/reservations" => call.at("garage", "north").body(pickup(scene)),
        "POST /garages/{garage}/reservation-series" => {
            let first = pickup(scene);
            let day = first["starts_at"].as_str().unwrap()[..10].to_owned();
            call.at("garage", "north").body(json!({ "first": first, "dates": [day], "on_conflict": "skip" }))
        }
        "GET /reservations/{id}" => call.at("id", &reservation(scene).await),
        "PATCH /reservations/{id}" => {
            let change = pickup(scene);
            let change = json!({ "starts_at": change["starts_at"], "ends_at": change["ends_at"] });
            call.at("id", &reservation(scene).await).body(change)
        }
        "POST /reservations/{id}/acts" => {
            call.at("id", &reservation(scene).await).body(json!({ "act": "cancel" }))
        }
        _ => call,
    }
}

fn class(object: &str) -> &'static str {
    match object {
        "class A" => "class-a",
        "class B" => "class-b",
        _ => "class-x",
    }
}

fn new_plate(scene: &MiniappScene) -> Value {
    json!({ "plate": format!("鲁BQ8{:03}", scene.number()) })
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A request that must succeed, as the person with this key.
pub(super) async fn as_person(
    scene: &MiniappScene,
    key: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let caller = MatrixIdentity::default().bearer(&identity::person(scene, key).await);
    let path = format!("{BASE}{path}");
    let call = MatrixCall { method: method.to_string(), path, headers: Vec::new(), body };
    let reply = scene.send(&call, &caller).await;
    assert!((200..300).contains(&reply.status), "{} {}: {}", call.method, call.path, reply.text());
    reply.body
}

/// The arrival of this pupil on the board of class A.
pub(super) async fn arrival(scene: &MiniappScene, pupil: &str) -> Value {
    let board = as_person(scene, "T-A", Method::GET, "/classes/class-a/arrivals", None).await;
    let arrivals = board["arrivals"].as_array().unwrap();
    arrivals.iter().find(|arrival| arrival["pupil"] == pupil).cloned().unwrap()
}

/// A stay of 40 minutes for pickup within the coming days; each call has another time.
fn pickup(scene: &MiniappScene) -> Value {
    let number = scene.stay();
    let (day, begin) = (24 + number / 3, 15 * 60 + number % 3 * 40);
    let at = |minute: u32| format!("2026-11-{day}T{:02}:{:02}:00+08:00", minute / 60, minute % 60);
    let (starts_at, ends_at) = (at(begin), at(begin + 40));
    json!({ "audience": "pickup", "plate": "鲁BQ7M01", "starts_at": starts_at, "ends_at": ends_at })
}

/// A live reservation of guardian M for pickup.
async fn reservation(scene: &MiniappScene) -> String {
    let page = as_person(scene, "G-mother", Method::GET, "/reservations", None).await;
    let is_live = |item: &&Value| item["state"] == "confirmed" && item["audience"] == "pickup";
    if let Some(live) = page["items"].as_array().unwrap().iter().find(is_live) {
        return text(&live["id"]).to_owned();
    }
    let path = "/garages/north/reservations";
    text(&as_person(scene, "G-mother", Method::POST, path, Some(pickup(scene))).await["id"]).to_owned()
}

async fn notice_of_mother(scene: &MiniappScene) -> String {
    let new = NewNotice {
        id: Uuid::now_v7(),
        person: import::person_id(&scene.app, "G-mother").await.unwrap().unwrap(),
        at: scene.app.now(),
        kind: DriverNoticeKind::EndingSoon,
        garage: GarageId::parse("north").unwrap(),
        reservation: reservation(scene).await.parse().unwrap(),
        detail: String::new(),
    };
    let mut tx = scene.app.store.begin().await.unwrap();
    notice::insert(&mut tx, std::slice::from_ref(&new)).await.unwrap();
    tx.commit().await.unwrap();
    new.id.to_string()
}
