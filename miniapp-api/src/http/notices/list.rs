//! `GET /api/v1/notices`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::DriverNotices;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// Notices about my reservations, newest first, at most 50.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "reservations", security(("session" = [])),
    responses((status = 200, body = DriverNotices), (status = "default", body = ProblemDetails))
)]
pub async fn list(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
) -> Result<Json<DriverNotices>, MiniappApiError> {
    Ok(Json(app.server.notices(&session).await?))
}
