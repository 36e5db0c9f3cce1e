//! `GET /api/operator/v1/garages/{garage}/events`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{CursorPage, EventLogEntry};
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::caller::AuthenticatedOperator;
use super::number::NumberCursorQuery;
use crate::app::App;
use crate::app::operator::log;

/// A garage's gate events, newest first. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/events", tag = "operator",
    params(("garage" = String, Path), NumberCursorQuery), security(("operator" = [])),
    responses((status = 200, body = CursorPage<EventLogEntry>))
)]
pub(super) async fn events(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<NumberCursorQuery>,
) -> Result<Json<CursorPage<EventLogEntry>>, ProblemResponse> {
    Ok(Json(log::events(&app, &caller, &garage, place.cursor).await?))
}
