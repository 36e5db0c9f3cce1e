//! `GET /api/v1/me`.

use axum::Json;
use axum::extract::State;
use protocol::people::Me;
use protocol::problem::Problem;

use super::extract::Person;
use super::refusal::Refusal;
use crate::App;

/// The logged-in person and the pages that this person may open.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "sessions", security(("session" = [])),
    responses((status = 200, body = Me), (status = "default", body = Problem))
)]
pub async fn me(State(app): State<App>, Person(session): Person) -> Result<Json<Me>, Refusal> {
    Ok(Json(app.server.me(&session).await?))
}
