//! `GET /internal/v1/guardian`.

use axum::Json;
use axum::extract::State;
use protocol::people::Guardian;
use service::http::ProblemResponse;

use super::caller::User;
use crate::app::{App, guardian as use_case};

/// The caller's own children and plates; empty for a person without any.
#[utoipa::path(
    get, path = "/internal/v1/guardian", tag = "internal",
    security(("service" = [], "session" = [])), responses((status = 200, body = Guardian))
)]
pub async fn guardian(State(app): State<App>, User(caller): User) -> Result<Json<Guardian>, ProblemResponse> {
    Ok(Json(use_case::read(&app, &caller).await?))
}
