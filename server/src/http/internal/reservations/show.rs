//! `GET /internal/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::Reservation;
use service::http::ApiPath;

use crate::app::App;
use crate::app::reservation::own;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer::{self, ReservationResponse};

/// One of the caller's reservations.
#[utoipa::path(
    get, path = "/internal/v1/reservations/{id}", tag = "reservations",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservation),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<ReservationId>,
) -> ReservationResponse {
    let reservation = own::one(&app, &caller, id).await?;
    Ok(reservation_answer::one(StatusCode::OK, &reservation))
}
