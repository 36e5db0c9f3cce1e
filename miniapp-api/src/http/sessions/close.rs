//! `DELETE /api/v1/sessions/current`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// Logs out: the session ends everywhere, its sockets within a minute.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "sessions", security(("session" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub async fn close(State(app): State<App>, Person(session): Person) -> Result<StatusCode, Refusal> {
    app.server.close_session(&session).await?;
    app.hub.end_session(&session);
    Ok(StatusCode::NO_CONTENT)
}
