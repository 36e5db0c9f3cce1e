//! `GET /api/v1/hall/arrivals`.

use axum::Json;
use axum::extract::State;
use protocol::people::HallArrivals;
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::{After, Person};
use crate::http::refusal::Refusal;

/// The arrivals of the whole school for the waiting hall's screen, with masked names.
#[utoipa::path(
    get, path = "/api/v1/hall/arrivals", tag = "hall", security(("session" = [])), params(After),
    responses((status = 200, body = HallArrivals), (status = "default", body = Problem))
)]
pub async fn list(
    State(app): State<App>,
    asked: After,
    Person(session): Person,
) -> Result<Json<HallArrivals>, Refusal> {
    Ok(Json(app.server.hall_arrivals(asked.after, &session).await?))
}
