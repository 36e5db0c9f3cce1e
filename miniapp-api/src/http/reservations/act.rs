//! `POST /api/v1/reservations/{id}/acts`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{Reservation, ReservationAct};
use service::http::ApiJson;

use super::answer;
use crate::MiniappState;
use crate::http::extract::{IfMatchHeader, PathParameter, ReservationAttempt};
use crate::http::refusal::MiniappApiError;

/// Confirms a held reservation or an offer, or cancels. `act` is `confirm` or `cancel`.
#[utoipa::path(
    post, path = "/api/v1/reservations/{id}/acts", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationAct,
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`malformed_json`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "of `confirm` only: `not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = 409, body = ProblemDetails, description = "`wrong_phase`; of `confirm` `plate_blocked`, too"),
        (status = 412, body = ProblemDetails, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn act(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<ReservationId>,
    ReservationAttempt(session): ReservationAttempt,
    IfMatchHeader(seen): IfMatchHeader,
    ApiJson(body): ApiJson<ReservationAct>,
) -> Result<Response, MiniappApiError> {
    Ok(answer(StatusCode::OK, &app.server.act_on_reservation(id, seen, &body, &session).await?))
}
