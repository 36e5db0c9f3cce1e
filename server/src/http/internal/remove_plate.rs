//! `DELETE /internal/v1/guardian/plates/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::VehicleId;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::caller::AuthenticatedPerson;
use crate::app::{App, plate};
use crate::http::input::ApiPath;

/// Deletes one of the caller's cars.
#[utoipa::path(
    delete, path = "/internal/v1/guardian/plates/{id}", tag = "internal",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses((status = 204), (status = 404, body = ProblemDetails, description = "`not_found`"))
)]
pub async fn remove_plate(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<VehicleId>,
) -> Result<StatusCode, ProblemResponse> {
    plate::remove(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
