//! `GET /api/v1/me`.

use axum::Json;
use axum::extract::State;
use protocol::people::PersonProfile;
use protocol::problem::ProblemDetails;

use super::extract::BearerSession;
use super::refusal::MiniappApiError;
use crate::MiniappState;

/// The logged-in person and the pages that this person may open.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "sessions", security(("session" = [])),
    responses((status = 200, body = PersonProfile), (status = "default", body = ProblemDetails))
)]
pub async fn me(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
) -> Result<Json<PersonProfile>, MiniappApiError> {
    Ok(Json(app.server.me(&session).await?))
}
