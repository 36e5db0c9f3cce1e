//! `POST /internal/v1/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use crate::app::{App, plate};
use crate::http::internal::caller::AuthenticatedPerson;

/// Registers a car of the caller, three at most: for reservations, and for a guardian's pickup.
#[utoipa::path(
    post, path = "/internal/v1/plates", tag = "plates", request_body = NewPlate,
    security(("service" = [], "session" = [])),
    responses(
        (status = 201, body = OwnPlate),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 409, body = ProblemDetails, description = "`plate_taken`, `too_many_plates`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiJson(asked): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(plate::add(&app, &caller, &asked).await?)))
}
