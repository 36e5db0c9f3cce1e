//! `GET /internal/v1/me`.

use axum::Json;
use axum::extract::State;
use protocol::people::Me;
use service::http::ProblemResponse;

use super::caller::User;
use crate::app::{App, session};

/// The person of the session, and what the person may open.
#[utoipa::path(
    get, path = "/internal/v1/me", tag = "internal",
    security(("service" = [], "session" = [])), responses((status = 200, body = Me))
)]
pub async fn me(State(app): State<App>, User(caller): User) -> Result<Json<Me>, ProblemResponse> {
    Ok(Json(session::me(&app, &caller).await?))
}
