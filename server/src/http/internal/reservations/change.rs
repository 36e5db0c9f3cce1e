//! `PATCH /internal/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use process::http::ApiJson;
use protocol::problem::Problem;
use protocol::reservation::{Reservation, ReservationChange};
use uuid::Uuid;

use crate::app::App;
use crate::app::reservation::change as use_case;
use crate::http::if_match::IfMatch;
use crate::http::input::ApiPath;
use crate::http::internal::caller::User;
use crate::http::reservation_answer::{self, Answer};

/// Moves, shortens or extends an own reservation; refused as a whole if it does not fit.
#[utoipa::path(
    patch, path = "/internal/v1/reservations/{id}", tag = "reservations", request_body = ReservationChange,
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservation),
        (status = 404, body = Problem, description = "`not_found`, also if it is somebody else's"),
        (status = 409, body = Problem, description = "`wrong_phase`, `full` and what else a new reservation may meet"),
        (status = 412, body = Problem, description = "`reservation_changed`: the screen was stale"),
    )
)]
pub async fn change(
    State(app): State<App>,
    User(caller): User,
    ApiPath(id): ApiPath<Uuid>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationChange>,
) -> Answer {
    let reservation = use_case::change(&app, &caller, id, seen.as_deref(), &asked).await?;
    Ok(reservation_answer::one(StatusCode::OK, &reservation))
}
