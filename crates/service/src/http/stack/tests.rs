use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use axum::routing::{get, post};
use protocol::problem::ProblemDetails;
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::http::{ApiJson, operational_routes};
use crate::{ProcessReadiness, telemetry};

fn limits() -> HttpLimits {
    HttpLimits { request_timeout: Duration::from_millis(50), body: 100, ..HttpLimits::default() }
}

async fn echo(ApiJson(value): ApiJson<Value>) -> String {
    value.to_string()
}

async fn panicking() -> String {
    panic!("the secret cause")
}

fn router() -> Router {
    let large = post(echo).layer(DefaultBodyLimit::max(10_000));
    Router::new()
        .route("/echo", post(echo))
        .route("/large", large)
        .route("/panic", get(panicking))
        .route("/stuck", get(std::future::pending::<String>))
        .route("/garages/{id}", get(|| async { "one" }))
}

async fn send(request: Request) -> (StatusCode, String, Vec<u8>) {
    let response = app(router(), limits()).oneshot(request).await.unwrap();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned());
    let status = response.status();
    (status, kind.unwrap_or_default(), to_bytes(response.into_body(), 100_000).await.unwrap().to_vec())
}

fn request(method: &str, uri: &str, body: impl Into<Body>) -> Request {
    let builder = Request::builder().method(method).uri(uri).header(header::CONTENT_TYPE, "application/json");
    builder.body(body.into()).unwrap()
}

async fn problem(request: Request) -> ProblemDetails {
    let (status, kind, body) = send(request).await;
    assert_eq!(kind, "application/problem+json");
    let problem: ProblemDetails = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem.status, status.as_u16());
    problem
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    assert_eq!(problem(request("GET", "/nowhere", "")).await.code, "not_found");
    assert_eq!(problem(request("GET", "/echo", "")).await.code, "method_not_allowed");
}

#[tokio::test]
async fn a_panic_is_a_500_without_its_cause() {
    let problem = problem(request("GET", "/panic", "")).await;
    assert_eq!((problem.status, problem.code.as_str()), (500, "internal"));
    assert!(!serde_json::to_string(&problem).unwrap().contains("secret"));
}

#[tokio::test]
async fn a_handler_that_hangs_is_given_up() {
    assert_eq!(problem(request("GET", "/stuck", "")).await.code, "timed_out");
}

#[tokio::test]
async fn a_large_body_is_refused_except_where_the_route_allows_it() {
    let body = format!("\"{}\"", "x".repeat(200));
    assert_eq!(problem(request("POST", "/echo", body.clone())).await.code, "body_too_large");
    assert_eq!(send(request("POST", "/large", body.clone())).await.2, body.into_bytes());
}

#[tokio::test]
async fn a_body_of_another_kind_is_a_415() {
    let request = Request::builder().method("POST").uri("/echo").body("{}".into()).unwrap();
    assert_eq!(problem(request).await.status, 415);
}

#[tokio::test]
async fn requests_are_counted_by_the_pattern_of_their_route() {
    let handle = telemetry::metrics_recorder();
    assert_eq!(send(request("GET", "/garages/7?plate=x", "")).await.2, b"one");
    let text = handle.render();
    let line = text.lines().find(|l| l.starts_with("http_requests_total") && l.contains("/garages/{id}"));
    let line = line.unwrap();
    assert!(line.contains(r#"method="GET""#) && line.contains(r#"status="200""#), "{line}");
    assert!(text.contains("http_request_seconds_bucket"));
    assert!(!text.contains("garages/7") && !text.contains("plate"));
}

#[tokio::test]
async fn the_operational_routes_tell_what_keeps_the_process_from_being_ready() {
    let readiness = ProcessReadiness::new();
    let routes = app(operational_routes(readiness.clone()), limits());
    let ask = |uri: &'static str| {
        let routes = routes.clone();
        async move {
            let response = routes.oneshot(request("GET", uri, "")).await.unwrap();
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
            (status, String::from_utf8(body.to_vec()).unwrap())
        }
    };
    readiness.check("broker").set_ready();
    readiness.check("database").set_failed("refused");
    assert_eq!(ask("/healthz").await.0, 200);
    let (status, body) = ask("/readyz").await;
    assert_eq!(status, 503);
    assert!(body.contains("database: refused") && !body.contains("broker"), "{body}");
    readiness.check("database").set_ready();
    assert_eq!(ask("/readyz").await.0, 200);
    assert!(ask("/metrics").await.1.contains("http_requests_total"));
}
