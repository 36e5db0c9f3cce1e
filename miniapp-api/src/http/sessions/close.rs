//! `DELETE /api/v1/sessions/current`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// Logs out: the session ends everywhere, its sockets within a minute.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "sessions", security(("session" = [])),
    responses((status = 204), (status = "default", body = ProblemDetails))
)]
pub(crate) async fn close(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
) -> Result<StatusCode, MiniappApiError> {
    app.server.close_session(&session).await?;
    app.hub.end_session(&session);
    Ok(StatusCode::NO_CONTENT)
}
