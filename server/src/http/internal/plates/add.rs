//! `POST /internal/v1/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::Problem;
use service::http::{ApiJson, ProblemResponse};

use crate::app::{App, plate};
use crate::http::internal::caller::User;

/// Registers a car of the caller: for reservations, and for a guardian's pickup.
#[utoipa::path(
    post, path = "/internal/v1/plates", tag = "internal", request_body = NewPlate,
    security(("service" = [], "session" = [])),
    responses(
        (status = 201, body = OwnPlate),
        (status = 409, body = Problem, description = "`plate_taken`, `too_many_plates`"),
        (status = 422, body = Problem, description = "`invalid_plate`"),
    )
)]
pub async fn add(
    State(app): State<App>,
    User(caller): User,
    ApiJson(asked): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(plate::add(&app, &caller, &asked).await?)))
}
