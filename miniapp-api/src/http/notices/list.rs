//! `GET /api/v1/notices`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::Notices;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// Notices about my reservations, newest first, at most 50.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "reservations", security(("session" = [])),
    responses((status = 200, body = Notices), (status = "default", body = Problem))
)]
pub async fn list(State(app): State<App>, Person(session): Person) -> Result<Json<Notices>, Refusal> {
    Ok(Json(app.server.notices(&session).await?))
}
