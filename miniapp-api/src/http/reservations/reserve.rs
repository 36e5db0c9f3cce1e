//! `POST /api/v1/garages/{garage}/reservations`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::GarageId;
use process::http::ApiJson;
use protocol::problem::Problem;
use protocol::reservation::{NewReservation, Reservation};

use super::answer;
use crate::App;
use crate::http::extract::{At, IdempotencyKey, Trying};
use crate::http::refusal::Refusal;

/// Reserves a space for one of my plates. The same `Idempotency-Key` again gives the same reservation.
#[utoipa::path(
    post, path = "/api/v1/garages/{garage}/reservations", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewReservation,
    responses(
        (status = 201, body = Reservation),
        (status = 409, body = Problem, description = "`full` with `help`: when and where there is a space"),
        (status = "default", body = Problem),
    )
)]
pub async fn reserve(
    State(app): State<App>,
    At(garage): At<GarageId>,
    Trying(session): Trying,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(body): ApiJson<NewReservation>,
) -> Result<Response, Refusal> {
    Ok(answer(StatusCode::CREATED, &app.server.reserve(&garage, key, &body, &session).await?))
}
