//! `GET /api/v1/guardian`.

use axum::Json;
use axum::extract::State;
use protocol::people::GuardianOverview;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// My children with today's pickup state, and my plates.
#[utoipa::path(
    get, path = "/api/v1/guardian", tag = "parent", security(("session" = [])),
    responses((status = 200, body = GuardianOverview), (status = "default", body = ProblemDetails))
)]
pub async fn show(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
) -> Result<Json<GuardianOverview>, MiniappApiError> {
    Ok(Json(app.server.guardian(&session).await?))
}
