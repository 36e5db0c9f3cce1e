//! `GET /api/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::problem::Problem;
use protocol::reservation::Reservation;
use uuid::Uuid;

use super::answer;
use crate::App;
use crate::http::extract::{At, Person};
use crate::http::refusal::Refusal;

/// One reservation of mine.
#[utoipa::path(
    get, path = "/api/v1/reservations/{id}", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = Problem, description = "`bad_request`: the path"),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = "default", body = Problem),
    )
)]
pub async fn show(
    State(app): State<App>,
    At(id): At<Uuid>,
    Person(session): Person,
) -> Result<Response, Refusal> {
    Ok(answer(StatusCode::OK, &app.server.reservation(id, &session).await?))
}
