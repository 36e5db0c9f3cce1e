//! `GET /api/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::Reservation;

use super::answer;
use crate::MiniappState;
use crate::http::extract::{BearerSession, PathParameter};
use crate::http::refusal::MiniappApiError;

/// One reservation of mine.
#[utoipa::path(
    get, path = "/api/v1/reservations/{id}", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`bad_request`: the path"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn show(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<ReservationId>,
    BearerSession(session): BearerSession,
) -> Result<Response, MiniappApiError> {
    Ok(answer(StatusCode::OK, &app.server.reservation(id, &session).await?))
}
