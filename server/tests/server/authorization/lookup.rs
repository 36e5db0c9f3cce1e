//! Objects that the requests name: reads them, or creates new ones, as the identity that may.

use protocol::people::SESSION_HEADER;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::operator::session as operator_session;
use testkit::authorization::call::{MatrixCall, MatrixIdentity, MatrixReply};

use super::identity;
use super::scene::MatrixScene;

/// A request that must succeed.
async fn done(scene: &MatrixScene, call: MatrixCall, identity: MatrixIdentity) -> MatrixReply {
    let reply = scene.send(&call, &identity).await;
    assert!((200..300).contains(&reply.status), "{} {}: {}", call.method, call.path, reply.text());
    reply
}

fn call(method: &Method, path: String, body: Option<Value>) -> MatrixCall {
    MatrixCall { method: method.to_string(), path, headers: Vec::new(), body }
}

/// Sends as the person with this key; `path` is below `/internal/v1`.
pub(super) async fn as_person(
    scene: &MatrixScene,
    key: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let token = identity::person(scene, key).await;
    as_session(scene, &token, method, path, body).await
}

pub(super) async fn as_session(
    scene: &MatrixScene,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let caller = MatrixIdentity::default().bearer(&scene.tokens.service).with(SESSION_HEADER, token);
    done(scene, call(&method, format!("/internal/v1{path}"), body), caller).await.body
}

/// Sends as the operator of garage 1; `path` is below `/api/operator/v1`.
pub(super) async fn as_operator(
    scene: &MatrixScene,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> MatrixReply {
    let token = operator_session::issue(&scene.app, "north-operator").await.unwrap();
    let caller = MatrixIdentity::default().console().cookie(&token);
    done(scene, call(&method, format!("/api/operator/v1{path}"), body), caller).await
}

/// Sends as the gateway of garage 1.
pub(super) async fn as_gateway(scene: &MatrixScene, path: &str) -> Value {
    let caller = MatrixIdentity::default().bearer(&scene.tokens.north_gateway);
    done(scene, call(&Method::GET, format!("/gateway/v1{path}"), None), caller).await.body
}

/// Ids and other texts, without their quotes.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The arrival of this pupil on the board of class A.
pub(super) async fn arrival(scene: &MatrixScene, pupil: &str) -> Value {
    let board = as_person(scene, "T-A", Method::GET, "/classes/class-a/arrivals", None).await;
    let arrivals = board["arrivals"].as_array().unwrap();
    arrivals.iter().find(|arrival| arrival["pupil"] == pupil).cloned().unwrap()
}

/// Pupil id of the child in class A.
pub(super) async fn child(scene: &MatrixScene) -> Value {
    as_person(scene, "G-father", Method::GET, "/guardian", None).await["children"][0]["pupil_id"].clone()
}

/// A stay for pickup of 40 minutes within the coming days; each call has another time.
pub(super) fn pickup(scene: &MatrixScene) -> Value {
    let number = scene.stay();
    let (day, begin) = (24 + number / 3, 15 * 60 + number % 3 * 40);
    let at = |minute: u32| format!("2026-11-{day}T{:02}:{:02}:00+08:00", minute / 60, minute % 60);
    let (starts_at, ends_at) = (at(begin), at(begin + 40));
    json!({ "audience": "pickup", "plate": "鲁BQ7M01", "starts_at": starts_at, "ends_at": ends_at })
}

/// A live reservation of guardian M for pickup at garage 1.
pub(super) async fn reservation(scene: &MatrixScene) -> String {
    let page = as_person(scene, "G-mother", Method::GET, "/reservations", None).await;
    let is_live = |item: &&Value| item["state"] == "confirmed" && item["audience"] == "pickup";
    let live = page["items"].as_array().unwrap().iter().find(is_live);
    match live {
        Some(live) => text(&live["id"]),
        None => {
            let body = Some(pickup(scene));
            let path = "/garages/north/reservations";
            text(&as_person(scene, "G-mother", Method::POST, path, body).await["id"])
        }
    }
}

/// A window of garage 1 with its present tag.
pub(super) async fn window(scene: &MatrixScene, id: &str) -> Value {
    let windows = as_operator(scene, Method::GET, "/garages/north/windows", None).await.body;
    let found = windows["windows"].as_array().unwrap().iter().find(|window| window["id"] == id).cloned();
    found.unwrap_or_else(|| panic!("{id} of {windows}"))
}
