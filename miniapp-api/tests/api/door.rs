//! Admission of pages and programs: origins, upgrades, the API's description.

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::world::World;

fn upgrade(world: &World) -> RequestBuilder {
    Client::new()
        .get(world.url("/classes/a/arrivals/stream"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[tokio::test]
async fn a_page_of_another_host_may_not_connect() {
    let world = World::start().await;
    let evil = upgrade(&world).bearer_auth("t1").header("origin", "https://evil.example");
    assert_eq!(evil.send().await.unwrap().status(), 403);
    let own = upgrade(&world).bearer_auth("t1").header("origin", format!("http://{}", world.address));
    assert_eq!(own.send().await.unwrap().status(), 101);
}

#[tokio::test]
async fn a_stream_needs_a_session_and_an_upgrade() {
    let world = World::start().await;
    assert_eq!(upgrade(&world).send().await.unwrap().status(), 401);
    let plain = Client::new().get(world.url("/hall/stream")).bearer_auth("t1").send().await.unwrap();
    assert_eq!(plain.headers()["content-type"], "application/problem+json");
    assert!(plain.status().is_client_error());
}

#[tokio::test]
async fn the_token_is_never_the_protocol_that_is_picked() {
    let world = World::start().await;
    let only_token = upgrade(&world).header("sec-websocket-protocol", "bearer.t1").send().await.unwrap();
    assert_eq!(only_token.status(), 101);
    assert!(only_token.headers().get("sec-websocket-protocol").is_none());
}

#[tokio::test]
async fn the_api_describes_itself() {
    let world = World::start().await;
    let answer = reqwest::get(format!("http://{}/api/openapi.json", world.address)).await.unwrap();
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let document: Value = answer.json().await.unwrap();
    let routes = [
        ("/api/v1/sessions", "post"),
        ("/api/v1/sessions/current", "delete"),
        ("/api/v1/me", "get"),
        ("/api/v1/classes/{class}/arrivals", "get"),
        ("/api/v1/classes/{class}/arrivals/stream", "get"),
        ("/api/v1/arrivals/{id}/acts", "post"),
        ("/api/v1/hall/arrivals", "get"),
        ("/api/v1/hall/stream", "get"),
        ("/api/v1/guardian", "get"),
        ("/api/v1/guardian/claims", "post"),
        ("/api/v1/guardian/plates", "post"),
        ("/api/v1/guardian/plates/{id}", "delete"),
        ("/api/v1/gate-entries", "post"),
        ("/api/v1/plates", "get"),
        ("/api/v1/plates/{id}", "delete"),
        ("/api/v1/garages", "get"),
        ("/api/v1/garages/{garage}/quote", "get"),
        ("/api/v1/garages/{garage}/forecast", "get"),
        ("/api/v1/garages/{garage}/reservations", "post"),
        ("/api/v1/garages/{garage}/reservation-series", "post"),
        ("/api/v1/reservations", "get"),
        ("/api/v1/reservations/{id}", "patch"),
        ("/api/v1/reservations/{id}/acts", "post"),
        ("/api/v1/notices", "get"),
        ("/api/v1/notices/{id}/read", "post"),
    ];
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), routes.len());
    for (path, method) in routes {
        let action = &paths[path][method];
        assert!(action["responses"].is_object(), "{method} {path}");
        let open = path == "/api/v1/sessions";
        assert_eq!(action["security"].is_array(), !open, "{path} and its lock");
    }
    for (path, method) in routes {
        let is_old = path.starts_with("/api/v1/guardian/plates");
        assert_eq!(paths[path][method]["deprecated"] == true, is_old, "{path}");
    }
    for name in ["ClassArrival", "PersonSession", "ProblemDetails", "GuardianOverview"] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn the_pages_are_served_beside_the_api() {
    let world = World::start().await;
    for path in ["/", "/teacher", "/parent", "/hall"] {
        let answer = reqwest::get(format!("http://{}{path}", world.address)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}
