//! `POST /internal/v1/guardian/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, plate};

/// The same as `POST /internal/v1/plates`.
#[utoipa::path(
    post, path = "/internal/v1/guardian/plates", tag = "internal", request_body = NewPlate,
    security(("service" = [], "session" = [])),
    responses(
        (status = 201, body = OwnPlate),
        (status = 409, body = ProblemDetails, description = "`plate_taken`, `too_many_plates`"),
        (status = 422, body = ProblemDetails, description = "`invalid_plate`"),
    )
)]
pub async fn add_plate(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiJson(asked): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(plate::add(&app, &caller, &asked).await?)))
}
