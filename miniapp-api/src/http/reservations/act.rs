//! `POST /api/v1/reservations/{id}/acts`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use process::http::ApiJson;
use protocol::problem::Problem;
use protocol::reservation::{Reservation, ReservationAct};
use uuid::Uuid;

use super::answer;
use crate::App;
use crate::http::extract::{At, Seen, Trying};
use crate::http::refusal::Refusal;

/// Confirms a held one or an offer, or cancels. `act` is `confirm` or `cancel`.
#[utoipa::path(
    post, path = "/api/v1/reservations/{id}/acts", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationAct,
    responses(
        (status = 200, body = Reservation),
        (status = 409, body = Problem, description = "`wrong_phase`"),
        (status = 412, body = Problem, description = "`reservation_changed`: the screen was stale"),
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
