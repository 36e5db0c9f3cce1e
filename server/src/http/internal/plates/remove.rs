//! `DELETE /internal/v1/plates/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::VehicleId;
use protocol::problem::ProblemDetails;
use service::http::{ApiPath, ProblemResponse};

use crate::app::{App, plate};
use crate::http::internal::caller::AuthenticatedPerson;

/// Deletes one of the caller's cars. It no longer opens any gate; reservations for it stay.
#[utoipa::path(
    delete, path = "/internal/v1/plates/{id}", tag = "plates",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 204),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<VehicleId>,
) -> Result<StatusCode, ProblemResponse> {
    plate::remove(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
