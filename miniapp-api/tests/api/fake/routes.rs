//! `/internal/v1` of the fake server.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use domain::ids::{ArrivalId, ClassId};
use protocol::people::{
    ArrivalFeedPage, FeedCursor, GuardianOverview, NewPersonSession, OwnPlate, OwnPlates, PersonSession,
    SESSION_HEADER,
};
use protocol::problem::ProblemDetails;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::district::{Call, Canned, Person, in_an_hour};
use super::{SERVICE_TOKEN, Shared, reservations};

pub(super) fn router(shared: Shared) -> Router {
    let v1 = Router::new()
        .route("/sessions", post(open_session))
        .route("/sessions/current", delete(|| async { StatusCode::NO_CONTENT }))
        .route("/me", get(me))
        .route("/classes/{class}/arrivals", get(class_arrivals))
        .route("/hall/arrivals", get(hall_arrivals))
        .route("/arrivals/{id}/acts", post(act))
        .route("/guardian", get(guardian))
        .route("/guardian/claims", post(guardian))
        .route("/plates", get(plates).post(add_plate))
        .route("/plates/{id}", delete(|| async { StatusCode::NO_CONTENT }))
        .route("/feed", get(feed))
        .merge(reservations::router())
        .layer(from_fn_with_state(shared.clone(), door))
        .with_state(shared);
    Router::new().nest("/internal/v1", v1)
}

fn refuse(status: u16, code: &str) -> Response {
    let status_code = StatusCode::from_u16(status).unwrap();
    (status_code, Json(ProblemDetails::new(status, code, "No"))).into_response()
}

async fn door(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 100_000).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|v| v.to_str().unwrap().to_owned());
    let call = Call {
        method: parts.method.to_string(),
        // Inside a nested router the prefix is cut off.
        path: format!("/internal/v1{}", parts.uri.path_and_query().unwrap()),
        session: header(SESSION_HEADER),
        key: header("idempotency-key"),
        seen: header("if-match"),
        headers: parts.headers.clone(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let (broken, canned) = {
        let mut district = shared.district.lock().unwrap();
        district.calls.push(call);
        let broken = district.failures > 0;
        district.failures = district.failures.saturating_sub(1);
        let canned = if parts.uri.path() == "/feed" { None } else { district.canned.take() };
        (broken, canned)
    };
    if let Some(canned) = canned {
        return instead(canned);
    }
    if broken {
        return refuse(500, "internal");
    }
    if header(header::AUTHORIZATION.as_str()) != Some(format!("Bearer {SERVICE_TOKEN}")) {
        return refuse(401, "service_unauthorized");
    }
    next.run(Request::from_parts(parts, body.into())).await
}

fn instead(canned: Canned) -> Response {
    let mut response = Response::builder().status(canned.status);
    for (name, value) in canned.headers {
        response = response.header(name, value);
    }
    response.body(canned.body.into()).unwrap()
}

fn person(shared: &Shared, request: &axum::http::HeaderMap) -> Result<Person, Response> {
    let session = request.get(SESSION_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let district = shared.district.lock().unwrap();
    district.people.get(session).cloned().ok_or_else(|| refuse(401, "unauthorized"))
}

async fn open_session(State(shared): State<Shared>, Json(body): Json<NewPersonSession>) -> Response {
    match (body.openid.as_str(), body.bind_code.as_deref()) {
        ("stranger", None) if !body.register => return refuse(404, "person_not_bound"),
        ("stranger", Some(code)) if code != "good" => return refuse(403, "bind_code_invalid"),
        _ => {}
    }
    let me = shared.district.lock().unwrap().me(&Person::default());
    let session = PersonSession { token: format!("token-of-{}", body.openid), expires_at: in_an_hour(), me };
    (StatusCode::CREATED, Json(session)).into_response()
}

async fn me(State(shared): State<Shared>, headers: axum::http::HeaderMap) -> Result<Response, Response> {
    let person = person(&shared, &headers)?;
    Ok(Json(shared.district.lock().unwrap().me(&person)).into_response())
}

#[derive(Deserialize)]
struct After {
    after: Option<FeedCursor>,
}

async fn class_arrivals(
    State(shared): State<Shared>,
    Path(class): Path<ClassId>,
    Query(asked): Query<After>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Response> {
    if !person(&shared, &headers)?.classes.contains(&class) {
        return Err(refuse(403, "not_your_class"));
    }
    Ok(Json(shared.district.lock().unwrap().class_arrivals(&class, asked.after)).into_response())
}

async fn hall_arrivals(
    State(shared): State<Shared>,
    Query(asked): Query<After>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Response> {
    if !person(&shared, &headers)?.hall {
        return Err(refuse(403, "not_a_hall"));
    }
    Ok(Json(shared.district.lock().unwrap().hall_arrivals(asked.after)).into_response())
}

async fn act(State(shared): State<Shared>, Path(id): Path<ArrivalId>) -> Response {
    match shared.district.lock().unwrap().arrivals.get(&id) {
        Some(arrival) => Json(arrival).into_response(),
        None => refuse(409, "arrival_changed"),
    }
}

async fn guardian() -> Json<GuardianOverview> {
    Json(GuardianOverview { children: Vec::new(), plates: Vec::new() })
}

async fn plates() -> Json<OwnPlates> {
    Json(OwnPlates { plates: Vec::new() })
}

async fn add_plate(body: Bytes) -> Response {
    let plate: Value = serde_json::from_slice(&body).unwrap();
    let plate = OwnPlate {
        id: Uuid::nil().into(),
        plate: plate["plate"].as_str().unwrap().to_owned(),
        plate_color: None,
    };
    (StatusCode::CREATED, Json(plate)).into_response()
}

#[derive(Deserialize)]
struct FeedQuery {
    after: Option<FeedCursor>,
    wait_ms: u64,
}

async fn feed(State(shared): State<Shared>, Query(asked): Query<FeedQuery>) -> Json<ArrivalFeedPage> {
    let mut changes = shared.changes.subscribe();
    let head = |shared: &Shared| ArrivalFeedPage {
        cursor: shared.district.lock().unwrap().cursor,
        news: Vec::new(),
    };
    let Some(after) = asked.after else { return Json(head(&shared)) };
    let news = async {
        loop {
            if let Some(page) = shared.district.lock().unwrap().feed_page(after) {
                return page;
            }
            changes.changed().await.unwrap();
        }
    };
    let page = tokio::time::timeout(Duration::from_millis(asked.wait_ms), news).await;
    Json(page.unwrap_or_else(|_| head(&shared)))
}
