//! Logging in with WeChat.

use protocol::people::PersonSession;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::wechat::{WechatEndpoint, WechatFault};

use crate::fake::SERVICE_TOKEN;
use crate::world::{World, limits};

async fn log_in(world: &World, body: Value) -> (StatusCode, Value) {
    let answer = reqwest::Client::new().post(world.url("/sessions")).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn refused(world: &World, body: Value) -> (u16, String) {
    let (status, problem) = log_in(world, body).await;
    assert_eq!(problem["status"], status.as_u16());
    (status.as_u16(), problem["code"].as_str().unwrap().to_owned())
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_bound_person_gets_a_session() {
    let world = World::start().await;
    let (status, body) = log_in(&world, json!({ "js_code": world.wechat.code_for("open-1") })).await;
    assert_eq!(status, StatusCode::CREATED);
    let session: PersonSession = serde_json::from_value(body).unwrap();
    assert_eq!(session.token, "token-of-open-1");
    let call = world.server.lock().calls.iter().find(|call| call.path.ends_with("/sessions")).cloned();
    assert_eq!(call.unwrap().body, json!({ "openid": "open-1" }));
}

#[tokio::test]
async fn a_stranger_needs_the_schools_code() {
    let world = World::start().await;
    let code = || world.wechat.code_for("stranger");
    assert_eq!(refused(&world, json!({ "js_code": code() })).await, refusal(404, "person_not_bound"));
    let wrong = json!({ "js_code": code(), "bind_code": "bad" });
    assert_eq!(refused(&world, wrong).await, refusal(403, "bind_code_invalid"));
    let (status, _) = log_in(&world, json!({ "js_code": code(), "bind_code": " good " })).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn each_error_of_wechat_has_its_problem() {
    let world = World::start().await;
    let code = world.wechat.code_for("open-1");
    log_in(&world, json!({ "js_code": code })).await;
    assert_eq!(refused(&world, json!({ "js_code": code })).await, refusal(400, "js_code_used"));
    assert_eq!(refused(&world, json!({ "js_code": "made-up" })).await, refusal(400, "invalid_js_code"));
    assert_eq!(refused(&world, json!({ "js_code": "" })).await, refusal(400, "invalid_js_code"));
    for (fault, status, problem) in [
        (WechatFault::Errcode(-1), 503, "wechat_unavailable"),
        (WechatFault::Errcode(40226), 403, "user_blocked"),
        (WechatFault::Errcode(45011), 429, "too_many_attempts"),
        (WechatFault::Errcode(40125), 503, "wechat_unavailable"),
        (WechatFault::Status(502), 503, "wechat_unavailable"),
        (WechatFault::Hang, 503, "wechat_unavailable"),
    ] {
        world.wechat.fail(WechatEndpoint::Code2Session, fault, 1);
        let body = json!({ "js_code": world.wechat.code_for("open-1") });
        assert_eq!(refused(&world, body).await, refusal(status, problem), "{fault:?}");
    }
}

#[tokio::test]
async fn bodies_that_are_wrong_are_named() {
    let world = World::start().await;
    assert_eq!(refused(&world, json!({})).await, refusal(422, "invalid_body"));
    let extra = json!({ "js_code": "x", "openid": "forged" });
    assert_eq!(refused(&world, extra).await, refusal(422, "invalid_body"));
    let empty = json!({ "js_code": "x", "bind_code": " " });
    assert_eq!(refused(&world, empty).await, refusal(422, "invalid_body"));
    let large = json!({ "js_code": "x".repeat(9_000) });
    assert_eq!(refused(&world, large).await, refusal(413, "body_too_large"));
    assert!(world.wechat.calls().is_empty());
}

#[tokio::test]
async fn one_address_logs_in_so_often_and_no_more() {
    let world = World::with(limits(), SERVICE_TOKEN, 3).await;
    for _ in 0..3 {
        assert_eq!(refused(&world, json!({ "js_code": "x" })).await.0, 400);
    }
    let body = json!({ "js_code": "x" });
    let answer = reqwest::Client::new().post(world.url("/sessions")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait));
    // A forged address in a header has no effect.
    let forged = reqwest::Client::new().post(world.url("/sessions")).header("x-forwarded-for", "1.2.3.4");
    assert_eq!(forged.json(&body).send().await.unwrap().status(), 429);
}
