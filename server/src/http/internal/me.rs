//! `GET /internal/v1/me`.

use axum::Json;
use axum::extract::State;
use protocol::people::PersonProfile;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::caller::AuthenticatedPerson;
use crate::app::{App, session};

/// The person of the session, and what the person may open.
#[utoipa::path(
    get, path = "/internal/v1/me", tag = "sessions",
    security(("service" = [], "session" = [])),     responses((status = 200, body = PersonProfile), (status = "default", body = ProblemDetails))
)]
pub(super) async fn me(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
) -> Result<Json<PersonProfile>, ProblemResponse> {
    Ok(Json(session::me(&app, &caller).await?))
}
