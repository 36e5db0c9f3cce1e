//! `POST /api/v1/reservations/{id}/acts`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::problem::Problem;
use protocol::reservation::{Reservation, ReservationAct};
use service::http::ApiJson;
use uuid::Uuid;

use super::answer;
use crate::App;
use crate::http::extract::{At, Seen, Trying};
use crate::http::refusal::Refusal;

/// Confirms a held reservation or an offer, or cancels. `act` is `confirm` or `cancel`.
#[utoipa::path(
    post, path = "/api/v1/reservations/{id}/acts", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationAct,
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = Problem, description = "`malformed_json`; `bad_request`: the path"),
        (status = 403, body = Problem, description = "of `confirm` only: `not_your_plate`, `not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = 409, body = Problem, description = "`wrong_phase`; of `confirm` `plate_blocked`, too"),
        (status = 412, body = Problem, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = Problem, description = "`invalid_body`"),
        (status = 429, body = Problem, description = "`too_many_requests`"),
        (status = "default", body = Problem),
    )
)]
pub async fn act(
    State(app): State<App>,
    At(id): At<Uuid>,
    Trying(session): Trying,
    Seen(seen): Seen,
    ApiJson(body): ApiJson<ReservationAct>,
) -> Result<Response, Refusal> {
    Ok(answer(StatusCode::OK, &app.server.act_on_reservation(id, seen, &body, &session).await?))
}
