//! What may cross this process: addresses, headers and sizes, in both directions.

use std::collections::BTreeSet;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::fake::{Canned, SERVICE_TOKEN};
use crate::world::World;

/// Sends a path as it stands: clients of a library tidy it up before.
async fn raw(world: &World, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!("{method} /api/v1{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t1\r\n");
    let rest = "idempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn inner_paths(world: &World) -> Vec<String> {
    let calls = world.server.lock().calls.clone();
    calls.into_iter().map(|call| call.path).filter(|path| !path.contains("/feed?")).collect()
}

#[tokio::test]
async fn no_path_parameter_leads_to_another_route_of_the_server() {
    let world = World::start().await;
    let id = Uuid::new_v4();
    let long = "a".repeat(5_000);
    let attacks = [
        "..",
        ".",
        "%2e%2e",
        "%2E%2E%2ffeed",
        "..%2f..%2ffeed",
        "..%2Fgarages",
        "a%2Fb",
        "a%5Cb",
        "%00",
        "a%00",
        "%0d%0a",
        "a%0Ab",
        "%ff%fe",
        "%25%32%65",
        "%c0%ae",
        "a;b",
        "a%3Fb",
        "a%23b",
        "a%20",
        "%E7%8E%8B",
        "me%2f",
        "A",
        "-%2F-",
        &long,
    ];
    let own = [
        format!("{id}%2facts"),
        format!("{id}%2F..%2F..%2Ffeed"),
        format!("{id}%00"),
        format!("{id}."),
        format!("..%2F{id}"),
    ];
    for attack in attacks.into_iter().chain(own.iter().map(String::as_str)) {
        let paths = [
            ("GET", format!("/reservations/{attack}")),
            ("PATCH", format!("/reservations/{attack}")),
            ("POST", format!("/reservations/{attack}/acts")),
            ("POST", format!("/arrivals/{attack}/acts")),
            ("POST", format!("/notices/{attack}/read")),
            ("DELETE", format!("/plates/{attack}")),
            ("DELETE", format!("/guardian/plates/{attack}")),
            ("GET", format!("/garages/{attack}/quote?audience=public")),
            ("POST", format!("/garages/{attack}/reservations")),
            ("GET", format!("/classes/{attack}/arrivals")),
        ];
        for (method, path) in paths {
            let answer = raw(&world, method, &path).await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{method} {path}: {answer}");
            assert!(answer.contains("\"code\":\"not_found\""), "{method} {path}: {answer}");
        }
    }
    assert_eq!(inner_paths(&world), [""; 0]);
}

#[tokio::test]
async fn a_longer_path_is_no_route() {
    let world = World::start().await;
    for path in [
        "/me/",
        "/me/..",
        "//me",
        "/plates/../feed",
        "/reservations/a/b",
        "/../internal/v1/feed",
        "/%6de",
        "/sessions/../me",
    ] {
        let answer = raw(&world, "GET", path).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    assert_eq!(inner_paths(&world), [""; 0]);
}

#[tokio::test]
async fn an_id_goes_inwards_in_its_normal_form() {
    let world = World::start().await;
    let id = Uuid::new_v4();
    for form in
        [id.to_string(), id.to_string().to_uppercase(), id.simple().to_string(), format!("%7B{id}%7D")]
    {
        let answer = raw(&world, "GET", &format!("/reservations/{form}")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    assert!(inner_paths(&world).iter().all(|path| *path == format!("/internal/v1/reservations/{id}")));
    assert_eq!(inner_paths(&world).len(), 4);
}

#[tokio::test]
async fn only_listed_headers_go_inwards() {
    let world = World::start().await;
    let request = Client::new().patch(world.url(&format!("/reservations/{}", Uuid::new_v4())));
    let request = request.bearer_auth("t1").header("if-match", "\"a\"").header("idempotency-key", "k");
    let request =
        request.header("x-user-session", "forged").header("cookie", "a=b").header("forwarded", "for=1.2.3.4");
    let request = request
        .header("x-forwarded-for", "1.2.3.4")
        .header("origin", "https://x")
        .header("if-none-match", "\"a\"");
    let request = request.header("x-http-method-override", "DELETE").header("connection", "x-user-session");
    assert_eq!(request.json(&json!({})).send().await.unwrap().status(), 200);
    let call =
        world.server.lock().calls.iter().rfind(|call| call.path.contains("/reservations/")).unwrap().clone();
    let names: BTreeSet<_> = call.headers.keys().map(|name| name.as_str()).collect();
    let expected = [
        "accept",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "if-match",
        "x-user-session",
    ];
    assert_eq!(names, BTreeSet::from(expected));
    assert_eq!(call.headers["authorization"], format!("Bearer {SERVICE_TOKEN}"));
    assert_eq!(call.headers.get_all("x-user-session").iter().collect::<Vec<_>>(), ["t1"]);
}

async fn answered(world: &World, canned: Canned) -> Response {
    world.server.lock().canned = Some(canned);
    Client::new().request(Method::GET, world.url("/me")).bearer_auth("t1").send().await.unwrap()
}

#[tokio::test]
async fn only_listed_headers_go_outwards_and_the_body_is_the_servers() {
    let world = World::start().await;
    let body = b"{ \"name\" : \"\\u738b\",\n\"later\":[] }".to_vec();
    let headers = vec![
        ("content-type", "application/json"),
        ("etag", "\"a\""),
        ("set-cookie", "a=b"),
        ("cache-control", "public, max-age=60"),
        ("server", "x"),
        ("location", "http://10.0.0.1/"),
        ("access-control-allow-origin", "*"),
    ];
    let answer = answered(&world, Canned { status: 200, headers, body: body.clone() }).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["etag"]), (200, &"\"a\"".parse().unwrap()));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-type"], "application/json");
    for name in ["set-cookie", "server", "location", "access-control-allow-origin"] {
        assert!(!answer.headers().contains_key(name), "{name}");
    }
    assert_eq!(answer.bytes().await.unwrap(), body);
}

#[tokio::test]
async fn what_is_not_a_response_of_the_server_is_not_passed_on() {
    let world = World::start().await;
    let json = ("content-type", "application/json");
    let cases = [
        Canned { status: 200, headers: vec![("content-type", "text/html")], body: b"<p>hello</p>".to_vec() },
        Canned { status: 200, headers: Vec::new(), body: b"{}".to_vec() },
        Canned { status: 200, headers: vec![json], body: vec![b' '; 9 * 1024 * 1024] },
        Canned { status: 302, headers: vec![json, ("location", "/elsewhere")], body: b"{}".to_vec() },
        Canned { status: 304, headers: vec![("etag", "\"a\"")], body: Vec::new() },
        Canned {
            status: 404,
            headers: vec![("content-type", "text/html")],
            body: b"<p>not here</p>".to_vec(),
        },
    ];
    for canned in cases {
        let answer = answered(&world, canned.clone()).await;
        assert_eq!(answer.status(), 503, "{} {:?}", canned.status, canned.headers);
        assert_eq!(answer.headers()["retry-after"], "3");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "server_unavailable");
    }
}

#[tokio::test]
async fn the_servers_own_time_to_wait_is_kept() {
    let world = World::start().await;
    for (status, code) in [(429, "too_many_requests"), (503, "busy")] {
        let body =
            json!({ "type": "about:blank", "title": "No", "status": status, "code": code }).to_string();
        let headers = vec![("content-type", "application/problem+json"), ("retry-after", "42")];
        let answer = answered(&world, Canned { status, headers, body: body.into_bytes() }).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (status, &"42".parse().unwrap())
        );
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], code);
    }
}

#[tokio::test]
async fn a_head_request_is_a_get_without_its_body() {
    let world = World::start().await;
    let answer = Client::new().head(world.url("/plates")).bearer_auth("t1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.unwrap().is_empty());
    assert_eq!(
        world.server.lock().calls.iter().rfind(|call| call.path.contains("/plates")).unwrap().method,
        "GET"
    );
}
