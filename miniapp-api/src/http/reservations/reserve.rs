//! `POST /api/v1/garages/{garage}/reservations`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{NewReservation, Reservation};
use service::http::ApiJson;

use super::answer;
use crate::MiniappState;
use crate::http::extract::{IdempotencyKeyHeader, PathParameter, ReservationAttempt};
use crate::http::refusal::MiniappApiError;

/// Reserves a space for one of my plates. A repetition with the same `Idempotency-Key` returns the same reservation.
#[utoipa::path(
    post, path = "/api/v1/garages/{garage}/reservations", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewReservation,
    responses(
        (status = 201, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`idempotency_key_missing`, `malformed_json`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails,
            description = "`full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, `too_far_ahead`, \
            `in_the_past`, `locked_out`, `closed`, `plate_blocked`, `plate_busy`, `too_many_reservations`, \
            `idempotency_key_reused`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`, `no_such_pool`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn reserve(
    State(app): State<MiniappState>,
    PathParameter(garage): PathParameter<GarageId>,
    ReservationAttempt(session): ReservationAttempt,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    ApiJson(body): ApiJson<NewReservation>,
) -> Result<Response, MiniappApiError> {
    Ok(answer(StatusCode::CREATED, &app.server.reserve(&garage, key, &body, &session).await?))
}
