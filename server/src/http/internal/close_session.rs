//! `DELETE /internal/v1/sessions/current`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::caller::AuthenticatedPerson;
use crate::app::{App, session};

/// Ends the session of the call.
#[utoipa::path(
    delete, path = "/internal/v1/sessions/current", tag = "sessions",
    security(("service" = [], "session" = [])), responses((status = 204), (status = "default", body = ProblemDetails))
)]
pub(super) async fn close_session(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
) -> Result<StatusCode, ProblemResponse> {
    session::end(&app, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
