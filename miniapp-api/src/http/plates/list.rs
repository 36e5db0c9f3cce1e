//! `GET /api/v1/plates`.

use axum::Json;
use axum::extract::State;
use protocol::people::OwnPlates;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// My plates.
#[utoipa::path(
    get, path = "/api/v1/plates", tag = "plates", security(("session" = [])),
    responses((status = 200, body = OwnPlates), (status = "default", body = ProblemDetails))
)]
pub async fn list(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
) -> Result<Json<OwnPlates>, MiniappApiError> {
    Ok(Json(app.server.plates(&session).await?))
}
