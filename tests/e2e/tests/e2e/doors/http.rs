//! HTTP: errors name their cause, and the demo's log-in exists only in the demo.

use std::sync::Arc;

use e2e::system::{SystemForm, TestSystem};
use protocol::people::SESSION_HEADER;
use protocol::problem::ProblemDetails;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::scene::{family, id, teacher_of};

pub(super) async fn picking_a_person_is_the_demos_alone(system: Arc<TestSystem>) {
    let (people, server) = (system.people(), system.server());
    let lists = [format!("{people}/demo/people"), format!("{server}/demo/operators")];
    let picks = [format!("{people}/demo/sessions"), format!("{server}/demo/operator-sessions")];
    let person = system.person("haifeng-teacher-0").await;
    let body = json!({ "person_id": person, "username": "operator" });

    for url in &lists {
        let status = Client::new().get(url).send().await.unwrap().status();
        assert_eq!(status == StatusCode::OK, system.form() == SystemForm::Standalone, "{url}: {status}");
    }
    for url in &picks {
        let status = Client::new().post(url).json(&body).send().await.unwrap().status();
        assert_eq!(status == StatusCode::NOT_FOUND, system.form() == SystemForm::Separate, "{url}: {status}");
        assert!(!status.is_success(), "a body that fits neither logs nobody in");
    }
}

/// Status, code and field.
async fn problem(answer: Response) -> (u16, String, Option<String>) {
    let (status, kind) = (answer.status(), answer.headers()["content-type"].clone());
    assert_eq!(kind, "application/problem+json", "{status} of {}", answer.url());
    let problem: ProblemDetails = answer.json().await.unwrap();
    (problem.status, problem.code, problem.field)
}

async fn sent(request: RequestBuilder, body: &str) -> (u16, String, Option<String>) {
    let request = request.header("content-type", "application/json").body(body.to_owned());
    problem(request.send().await.unwrap()).await
}

fn wrong(status: u16, code: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, code.to_owned(), field.map(str::to_owned))
}

pub(super) async fn a_malformed_body_is_told_its_field(system: Arc<TestSystem>) {
    let parent = system.log_in(&family(&system, 1, 0).guardian).await;
    let plates = format!("{}/api/v1/plates", system.people());
    let post = || Client::new().post(&plates).bearer_auth(&parent.token);
    assert_eq!(sent(post(), "{").await, wrong(400, "malformed_json", None));
    assert_eq!(sent(post(), "{}").await, wrong(422, "invalid_body", Some("plate")));
    assert_eq!(
        sent(post(), r#"{"plate":"鲁B1","colour":"red"}"#).await,
        wrong(422, "invalid_body", Some("colour"))
    );
    assert_eq!(sent(post(), r#"{"plate":"no plate"}"#).await, wrong(422, "invalid_plate", Some("plate")));
    assert_eq!(sent(post(), &"x".repeat(20_000)).await, wrong(413, "body_too_large", None));
    let untyped = post().body("{}").send().await.unwrap();
    assert_eq!(problem(untyped).await, wrong(415, "not_json", None));
    let old = Client::new().post(format!("{}/api/v1/guardian/plates", system.people()));
    let at_the_old_address = sent(old.bearer_auth(&parent.token), r#"{"plate":"no plate"}"#).await;
    assert_eq!(at_the_old_address, wrong(422, "invalid_plate", Some("plate")));
    acts(&system).await;
    batches(&system).await;
    adjustments(&system).await;
    for url in
        [format!("{}/api/v1/nothing", system.people()), format!("{}/internal/nothing", system.server())]
    {
        assert_eq!(
            problem(Client::new().get(url).send().await.unwrap()).await,
            wrong(404, "not_found", None)
        );
    }
}

/// Paths with a parameter, and a text that is no id of its kind.
const MALFORMED: [(Method, &str); 11] = [
    (Method::GET, "/classes/UPPER/arrivals"),
    (Method::POST, "/arrivals/7/acts"),
    (Method::DELETE, "/plates/7"),
    (Method::GET, "/garages/a_b/quote"),
    (Method::GET, "/garages/a%2Fb/forecast"),
    (Method::POST, "/garages/%E5%BA%93/reservations"),
    (Method::POST, "/garages/a.b/reservation-series"),
    (Method::GET, "/reservations/..%2Ffeed"),
    (Method::PATCH, "/reservations/00000000"),
    (Method::POST, "/reservations/%00/acts"),
    (Method::POST, "/notices/x/read"),
];

pub(super) async fn a_malformed_id_is_not_found_by_either_process(system: Arc<TestSystem>) {
    let parent = system.log_in(&family(&system, 1, 0).guardian).await;
    let unknown = Client::new().get(format!("{}/api/v1/reservations/{}", system.people(), Uuid::nil()));
    let unknown = unknown.bearer_auth(&parent.token).send().await.unwrap().bytes().await.unwrap();
    for (method, path) in MALFORMED {
        let phone = Client::new().request(method.clone(), format!("{}/api/v1{path}", system.people()));
        let inner = Client::new().request(method, format!("{}/internal/v1{path}", system.server()));
        let inner = inner.header(SESSION_HEADER, &parent.token);
        for (door, request) in [
            ("miniapp-api", phone.bearer_auth(&parent.token)),
            ("server", inner.bearer_auth(system.service_token())),
        ] {
            let answer = request.json(&json!({})).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{door} {path}");
            assert_eq!(answer.bytes().await.unwrap(), unknown, "{door} {path}: as an id that nobody has");
        }
    }
}

async fn acts(system: &TestSystem) {
    let teacher = teacher_of(system, &id("haifeng-1-1")).await;
    let url = format!("{}/api/v1/arrivals/{}/acts", system.people(), Uuid::nil());
    let post = || Client::new().post(&url).bearer_auth(&teacher.token);
    assert_eq!(sent(post(), r#"{"act":"release"}"#).await, wrong(422, "invalid_body", Some("seen")));
    assert_eq!(sent(post(), r#"{"act":"fly","seen":1}"#).await, wrong(422, "invalid_body", Some("act")));
    assert_eq!(sent(post(), r#"{"act":"release","seen":1}"#).await, wrong(404, "not_found", None));
}

async fn batches(system: &TestSystem) {
    let token = server::app::gateway_token::create(system.app(), &id("harbour-mall")).await.unwrap();
    let url = format!("{}/gateway/v1/events", system.server());
    let body: Value =
        json!({ "v": 1, "epoch": "e", "records": [{ "seq": 1, "device": "in" }], "status": {} });
    let answer = sent(Client::new().post(url).bearer_auth(token), &body.to_string()).await;
    assert_eq!(answer, wrong(422, "invalid_body", Some("records[0].received_at")));
}

async fn adjustments(system: &TestSystem) {
    let console = system.operator("operator").await;
    let (path, body) = ("/garages/shelter-west/adjustments", json!({ "occupied": 3, "seen": 0 }));
    let keyless = console.post(path, &body).await;
    assert_eq!(problem(keyless).await, wrong(400, "idempotency_key_missing", None));
    let answer = console.post_once(path, "a-key", &body).await;
    assert_eq!(problem(answer).await, wrong(422, "invalid_body", Some("reason")));
}
