//! `PATCH /api/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use process::http::ApiJson;
use protocol::problem::Problem;
use protocol::reservation::{Reservation, ReservationChange};
use uuid::Uuid;

use super::answer;
use crate::App;
use crate::http::extract::{At, Seen, Trying};
use crate::http::refusal::Refusal;

/// Moves, shortens or extends a reservation of mine; refused as a whole if it does not fit.
#[utoipa::path(
    patch, path = "/api/v1/reservations/{id}", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationChange,
    responses(
        (status = 200, body = Reservation),
        (status = 409, body = Problem, description = "`full` with `help`, `wrong_phase`"),
        (status = 412, body = Problem, description = "`reservation_changed`: the screen was stale"),
        (status = "default", body = Problem),
    )
)]
pub async fn change(
    State(app): State<App>,
    At(id): At<Uuid>,
    Trying(session): Trying,
    Seen(seen): Seen,
    ApiJson(body): ApiJson<ReservationChange>,
) -> Result<Response, Refusal> {
    Ok(answer(StatusCode::OK, &app.server.change_reservation(id, seen, &body, &session).await?))
}
