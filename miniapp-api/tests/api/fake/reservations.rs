//! `/internal/v1` of the fake server about shared spaces: constant responses, and one garage that is full.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::time::Timestamp;
use protocol::problem::ProblemDetails;
use protocol::reservation::ReservationAlternatives;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Shared;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/gate-entries", post(gate_entry))
        .route("/garages", get(|| async { Json(json!({ "garages": [] })) }))
        .route("/garages/{garage}/quote", get(quote))
        .route("/garages/{garage}/forecast", get(forecast))
        .route("/garages/{garage}/reservations", post(reserve))
        .route("/garages/{garage}/reservation-series", post(series))
        .route("/reservations", get(|| async { Json(json!({ "items": [], "next": null })) }))
        .route("/reservations/{id}", get(one).patch(one))
        .route("/reservations/{id}/acts", post(one))
        .route("/notices", get(|| async { Json(json!({ "items": [] })) }))
        .route("/notices/{id}/read", post(|| async { StatusCode::NO_CONTENT }))
}

async fn gate_entry() -> Json<Value> {
    Json(json!({ "id": Uuid::nil(), "state": "waiting", "expires_at": "2026-11-23T07:30:30.000000Z" }))
}

async fn quote() -> Json<Value> {
    Json(json!({ "free": 3, "refused": null, "next_start": null, "waiting": 0, "alternatives": [] }))
}

async fn forecast() -> Json<Value> {
    Json(json!({ "made_at": "2026-11-23T07:30:00.000000Z", "step_minutes": 60, "pools": [] }))
}

async fn series() -> Json<Value> {
    Json(json!({ "id": "s-1", "dates": [] }))
}

async fn reserve(Path(garage): Path<String>) -> Response {
    if garage == "full" {
        let next_start = Timestamp::parse("2026-11-23T18:00:00+08:00").ok();
        let help = ReservationAlternatives { next_start, waiting: 4, alternatives: Vec::new() };
        let problem =
            ProblemDetails { help: Some(Box::new(help)), ..ProblemDetails::new(409, "full", "Full") };
        return (StatusCode::CONFLICT, Json(problem)).into_response();
    }
    tagged(StatusCode::CREATED, Uuid::nil())
}

async fn one(Path(id): Path<Uuid>) -> Response {
    tagged(StatusCode::OK, id)
}

fn tagged(status: StatusCode, id: Uuid) -> Response {
    (status, [(header::ETAG, "\"2026-11-23T07:00:00.000000Z\"")], Json(reservation(id))).into_response()
}

fn reservation(id: Uuid) -> Value {
    json!({
        "id": id, "garage": "macau-road", "garage_name": "x", "garage_name_en": "x", "pool": "main", "audience": "pickup",
        "origin": "app", "plate": "鲁B12345", "starts_at": "2026-11-23T07:30:00.000000Z", "ends_at": "2026-11-23T08:00:00.000000Z",
        "state": "confirmed", "state_since": "2026-11-23T07:00:00.000000Z", "created_at": "2026-11-23T07:00:00.000000Z",
        "changed_at": "2026-11-23T07:00:00.000000Z",
    })
}
