//! `PATCH /api/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{Reservation, ReservationChange};
use service::http::ApiJson;

use super::answer;
use crate::MiniappState;
use crate::http::extract::{IfMatchHeader, PathParameter, ReservationAttempt};
use crate::http::refusal::MiniappApiError;

/// Moves, shortens or extends a reservation of mine; refused as a whole if it does not fit.
#[utoipa::path(
    patch, path = "/api/v1/reservations/{id}", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationChange,
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`malformed_json`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = 409, body = ProblemDetails,
            description = "`wrong_phase`, `full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, \
            `too_far_ahead`, `in_the_past`, `locked_out`, `closed`, `plate_blocked`, `plate_busy`, `too_many_reservations`"),
        (status = 412, body = ProblemDetails, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`, `no_such_pool`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn change(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<ReservationId>,
    ReservationAttempt(session): ReservationAttempt,
    IfMatchHeader(seen): IfMatchHeader,
    ApiJson(body): ApiJson<ReservationChange>,
) -> Result<Response, MiniappApiError> {
    Ok(answer(StatusCode::OK, &app.server.change_reservation(id, seen, &body, &session).await?))
}
