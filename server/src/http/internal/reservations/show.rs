//! `GET /internal/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::Problem;
use protocol::reservation::Reservation;
use uuid::Uuid;

use crate::app::App;
use crate::app::reservation::own;
use crate::http::input::ApiPath;
use crate::http::internal::caller::User;
use crate::http::reservation_answer::{self, Answer};

/// One of the caller's reservations.
#[utoipa::path(
    get, path = "/internal/v1/reservations/{id}", tag = "reservations",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservation),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = "default", body = Problem),
    )
)]
pub async fn show(State(app): State<App>, User(caller): User, ApiPath(id): ApiPath<Uuid>) -> Answer {
    let reservation = own::one(&app, &caller, id).await?;
    Ok(reservation_answer::one(StatusCode::OK, &reservation))
}
