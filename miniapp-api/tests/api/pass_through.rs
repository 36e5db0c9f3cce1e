//! Requests passed on to the server, and their responses.

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake::class;
use crate::world::{World, limits};

const CLASS: &str = "macau-road-1-1";

async fn send(world: &World, method: Method, path: &str, body: Option<Value>) -> Response {
    let mut request = Client::new().request(method, world.url(path)).bearer_auth("t1");
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

async fn code(answer: Response) -> (u16, String) {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_route_goes_to_its_mirror_with_the_persons_session() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    world.server.lock().hall("t1");
    let arrival = world.server.arrive(&class(CLASS));
    let plate = Uuid::new_v4();
    let act = json!({ "act": "release", "seen": 1 });
    let cases = [
        (Method::GET, "/me".to_owned(), None, 200),
        (Method::GET, format!("/classes/{CLASS}/arrivals"), None, 200),
        (Method::GET, format!("/classes/{CLASS}/arrivals?after=0"), None, 200),
        (Method::POST, format!("/arrivals/{arrival}/acts"), Some(act), 200),
        (Method::GET, "/hall/arrivals".to_owned(), None, 200),
        (Method::GET, "/hall/arrivals?after=1".to_owned(), None, 200),
        (Method::GET, "/guardian".to_owned(), None, 200),
        (Method::POST, "/guardian/claims".to_owned(), Some(json!({ "pupils": [] })), 200),
        (Method::POST, "/guardian/plates".to_owned(), Some(json!({ "plate": "鲁B12345" })), 201),
        (Method::DELETE, format!("/guardian/plates/{plate}"), None, 204),
        (Method::GET, "/plates".to_owned(), None, 200),
        (Method::POST, "/plates".to_owned(), Some(json!({ "plate": "鲁B12345" })), 201),
        (Method::DELETE, format!("/plates/{plate}"), None, 204),
        (Method::DELETE, "/sessions/current".to_owned(), None, 204),
    ];
    for (method, path, body, status) in cases {
        world.server.lock().calls.retain(|call| call.path.contains("/feed"));
        let answer = send(&world, method.clone(), &path, body.clone()).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let calls = world.server.lock().calls.clone();
        let call = calls.iter().find(|call| !call.path.contains("/feed")).expect("a call");
        assert_eq!(
            (call.method.as_str(), call.path.as_str()),
            (method.as_str(), format!("/internal/v1{}", path.replace("guardian/plates", "plates")).as_str())
        );
        assert_eq!(call.session.as_deref(), Some("t1"));
        assert_eq!(call.body, body.unwrap_or(Value::Null));
    }
}

#[tokio::test]
async fn a_query_and_a_body_arrive_byte_for_byte() {
    let world = World::start().await;
    send(&world, Method::GET, "/hall/arrivals?since=%E7%8E%8B&after=a+b&after", None).await;
    let path =
        world.server.lock().calls.iter().rfind(|call| call.path.contains("/hall/")).unwrap().path.clone();
    assert_eq!(path, "/internal/v1/hall/arrivals?since=%E7%8E%8B&after=a+b&after");
    let body = json!({ "plate": "no plate", "unknown": [1, null] });
    send(&world, Method::POST, "/plates", Some(body.clone())).await;
    assert_eq!(
        world.server.lock().calls.iter().rfind(|call| call.path.contains("/plates")).unwrap().body,
        body
    );
}

#[tokio::test]
async fn problems_come_back_with_their_status() {
    let world = World::start().await;
    let me = send(&world, Method::GET, "/me", None).await;
    assert_eq!(code(me).await, (401, "unauthorized".to_owned()));
    world.server.lock().teacher("t1", &class(CLASS));
    let other = send(&world, Method::GET, "/classes/macau-road-9-9/arrivals", None).await;
    assert_eq!(code(other).await, (403, "not_your_class".to_owned()));
    let act = Some(json!({ "act": "undo", "seen": 1 }));
    let stale = send(&world, Method::POST, &format!("/arrivals/{}/acts", Uuid::new_v4()), act).await;
    assert_eq!(code(stale).await, (409, "arrival_changed".to_owned()));
}

#[tokio::test]
async fn a_server_out_of_reach_is_said_so_with_a_time_to_come_back() {
    let world = World::start().await;
    world.server.link.cut();
    let answer = send(&world, Method::GET, "/me", None).await;
    assert_eq!(answer.headers()["retry-after"], "3");
    assert_eq!(code(answer).await, (503, "server_unavailable".to_owned()));
}

#[tokio::test]
async fn a_servers_own_failure_shows_nothing() {
    let world = World::start().await;
    world.following().await;
    world.server.lock().failures = 1;
    let answer = send(&world, Method::GET, "/me", None).await;
    assert_eq!(code(answer).await, (503, "server_unavailable".to_owned()));
}

#[tokio::test]
async fn a_wrong_service_token_logs_nobody_out() {
    let world = World::with(limits(), "wrong", 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let answer = send(&world, Method::GET, "/me", None).await;
    assert_eq!(code(answer).await, (503, "server_unavailable".to_owned()));
    assert!(!world.readiness.failures().is_empty());
}

#[tokio::test]
async fn what_is_wrong_at_the_edge_does_not_reach_the_server() {
    let world = World::start().await;
    let long = format!("/reservations?cursor={}", "x".repeat(3_000));
    let cases = [
        (Method::GET, "/classes/UPPER/arrivals", None, 404),
        (Method::POST, "/arrivals/7/acts", Some(json!({ "act": "undo", "seen": 1 })), 404),
        (Method::DELETE, "/guardian/plates/7", None, 404),
        (Method::GET, "/garages/UPPER/quote?audience=public", None, 404),
        (Method::PATCH, "/reservations/7", Some(json!({})), 404),
        (Method::GET, &long, None, 400),
        (Method::POST, "/plates", Some(json!({ "plate": "x".repeat(9_000) })), 413),
        (Method::GET, "/nothing", None, 404),
        (Method::PUT, "/me", None, 405),
    ];
    for (method, path, body, status) in cases {
        let answer = send(&world, method, path, body).await;
        assert_eq!(code(answer).await.0, status, "{path}");
    }
    let without = Client::new().get(world.url("/me")).send().await.unwrap();
    assert_eq!(code(without).await, (401, "unauthorized".to_owned()));
    assert!(world.server.lock().calls.iter().all(|call| call.path.contains("/feed")));
}
