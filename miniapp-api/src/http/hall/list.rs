//! `GET /api/v1/hall/arrivals`.

use axum::Json;
use axum::extract::State;
use protocol::people::HallArrivals;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::{BearerSession, CursorQuery};
use crate::http::refusal::MiniappApiError;

/// The arrivals of the whole school for the waiting hall's screen, with masked names.
#[utoipa::path(
    get, path = "/api/v1/hall/arrivals", tag = "hall", security(("session" = [])), params(CursorQuery),
    responses((status = 200, body = HallArrivals), (status = "default", body = ProblemDetails))
)]
pub async fn list(
    State(app): State<MiniappState>,
    asked: CursorQuery,
    BearerSession(session): BearerSession,
) -> Result<Json<HallArrivals>, MiniappApiError> {
    Ok(Json(app.server.hall_arrivals(asked.after, &session).await?))
}
