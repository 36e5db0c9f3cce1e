//! `GET /api/v1/classes/{class}/arrivals`.

use axum::Json;
use axum::extract::State;
use domain::ids::ClassId;
use protocol::people::ClassArrivals;
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::{BearerSession, CursorQuery, PathParameter};
use crate::http::refusal::MiniappApiError;

/// The class's arrivals of today, or what changed since `after`.
#[utoipa::path(
    get, path = "/api/v1/classes/{class}/arrivals", tag = "teacher", security(("session" = [])),
    params(("class" = String, Path), CursorQuery),
    responses((status = 200, body = ClassArrivals), (status = "default", body = ProblemDetails))
)]
pub async fn list(
    State(app): State<MiniappState>,
    PathParameter(class): PathParameter<ClassId>,
    asked: CursorQuery,
    BearerSession(session): BearerSession,
) -> Result<Json<ClassArrivals>, MiniappApiError> {
    Ok(Json(app.server.class_arrivals(&class, asked.after, &session).await?))
}
