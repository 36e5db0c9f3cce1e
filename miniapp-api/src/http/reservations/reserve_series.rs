//! `POST /api/v1/garages/{garage}/reservation-series`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{NewReservationSeries, ReservationSeries};
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::{IdempotencyKeyHeader, PathParameter, ReservationAttempt};
use crate::http::refusal::MiniappApiError;

/// Reserves the same local times on several days, at most 100. `on_conflict` selects what happens if a day is not possible.
#[utoipa::path(
    post, path = "/api/v1/garages/{garage}/reservation-series", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewReservationSeries,
    responses(
        (status = 200, body = ReservationSeries),
        (status = 400, body = ProblemDetails, description = "`idempotency_key_missing`, `malformed_json`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails, description = "`idempotency_key_reused`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`; `no_such_pool` is reported for each date"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn reserve_series(
    State(app): State<MiniappState>,
    PathParameter(garage): PathParameter<GarageId>,
    ReservationAttempt(session): ReservationAttempt,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    ApiJson(body): ApiJson<NewReservationSeries>,
) -> Result<Json<ReservationSeries>, MiniappApiError> {
    Ok(Json(app.server.reserve_series(&garage, key, &body, &session).await?))
}
