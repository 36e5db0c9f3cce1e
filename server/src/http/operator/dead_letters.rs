//! `GET /api/operator/v1/garages/{garage}/dead-letters`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{CursorPage, DeadLetterEntry};
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::caller::AuthenticatedOperator;
use super::number::NumberCursorQuery;
use crate::app::App;
use crate::app::operator::log;

/// A garage's refused messages, newest first. Each read is audited, because an excerpt may contain a plate.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/dead-letters", tag = "operator",
    params(("garage" = String, Path), NumberCursorQuery), security(("operator" = [])),
    responses((status = 200, body = CursorPage<DeadLetterEntry>))
)]
pub(super) async fn dead_letters(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<NumberCursorQuery>,
) -> Result<Json<CursorPage<DeadLetterEntry>>, ProblemResponse> {
    Ok(Json(log::dead_letters(&app, &caller, &garage, place.cursor).await?))
}
