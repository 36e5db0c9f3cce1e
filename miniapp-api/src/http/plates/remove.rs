//! `DELETE /api/v1/plates/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::VehicleId;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::{BearerSession, PathParameter};
use crate::http::refusal::MiniappApiError;

/// Removes a plate of mine. It no longer opens any gate; reservations for it stay.
#[utoipa::path(
    delete, path = "/api/v1/plates/{id}", tag = "plates", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemDetails))
)]
pub async fn remove(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<VehicleId>,
    BearerSession(session): BearerSession,
) -> Result<StatusCode, MiniappApiError> {
    app.server.remove_plate(id, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
