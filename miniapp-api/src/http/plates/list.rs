//! `GET /api/v1/plates`.

use axum::Json;
use axum::extract::State;
use protocol::people::OwnPlates;
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// My plates.
#[utoipa::path(
    get, path = "/api/v1/plates", tag = "plates", security(("session" = [])),
    responses((status = 200, body = OwnPlates), (status = "default", body = Problem))
)]
pub async fn list(State(app): State<App>, Person(session): Person) -> Result<Json<OwnPlates>, Refusal> {
    Ok(Json(app.server.plates(&session).await?))
}
