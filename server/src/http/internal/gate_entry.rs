//! `POST /internal/v1/gate-entries`.

use axum::Json;
use axum::extract::State;
use protocol::at_gate::{GateEntry, NewGateEntry};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, gate_entry as use_case};
use crate::http::idempotency::IdempotencyKey;

/// Requests entry for the caller's own car at a barrier that stayed closed. The same `Idempotency-Key` again returns
/// the state of that request.
#[utoipa::path(
    post, path = "/internal/v1/gate-entries", tag = "driver", request_body = NewGateEntry,
    params(("Idempotency-Key" = String, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = GateEntry),
        (status = 400, body = ProblemDetails, description = "`idempotency_key_missing`, `malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails, description = "`no_car_waiting`, `another_car_waiting`, `car_inside`, `not_let_in`: `detail` is the reason's word, \
            `order_waiting`, `idempotency_key_reused`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`: a minute between two attempts"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn gate_entry(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<NewGateEntry>,
) -> Result<Json<GateEntry>, ProblemResponse> {
    Ok(Json(use_case::enter(&app, &caller, &key, &asked).await?))
}
