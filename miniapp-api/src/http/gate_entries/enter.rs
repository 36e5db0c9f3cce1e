//! `POST /api/v1/gate-entries`.

use axum::Json;
use axum::extract::State;
use protocol::at_gate::{GateEntry, NewGateEntry};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::{BearerSession, IdempotencyKeyHeader};
use crate::http::refusal::MiniappApiError;

/// Requests entry for a plate of mine that the camera has not read, at this lane's closed barrier. A repetition with
/// the same `Idempotency-Key` returns the state of the first request.
#[utoipa::path(
    post, path = "/api/v1/gate-entries", tag = "driver", security(("session" = [])),
    params(("Idempotency-Key" = String, Header)), request_body = NewGateEntry,
    responses(
        (status = 200, body = GateEntry),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails, description = "`no_car_waiting`, `another_car_waiting`, `car_inside`, `not_let_in`: `detail` is the reason's word, \
            `order_waiting`, `idempotency_key_reused`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`: a minute between two attempts"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn enter(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    ApiJson(body): ApiJson<NewGateEntry>,
) -> Result<Json<GateEntry>, MiniappApiError> {
    Ok(Json(app.server.enter(key, &body, &session).await?))
}
