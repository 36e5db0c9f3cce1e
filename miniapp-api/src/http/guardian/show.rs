//! `GET /api/v1/guardian`.

use axum::Json;
use axum::extract::State;
use protocol::people::Guardian;
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// My children with today's pickup state, and my plates.
#[utoipa::path(
    get, path = "/api/v1/guardian", tag = "parent", security(("session" = [])),
    responses((status = 200, body = Guardian), (status = "default", body = Problem))
)]
pub async fn show(State(app): State<App>, Person(session): Person) -> Result<Json<Guardian>, Refusal> {
    Ok(Json(app.server.guardian(&session).await?))
}
