//! `GET /api/operator/v1/garages/{garage}/adjustments`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{CountAdjustment, CursorPage};
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};
use uuid::Uuid;

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::adjustment;

/// `?cursor=NEXT`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UuidCursorQuery {
    #[serde(default)]
    pub(super) cursor: Option<Uuid>,
}

#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/adjustments", tag = "operator",
    params(("garage" = String, Path), UuidCursorQuery), security(("operator" = [])),
    responses((status = 200, body = CursorPage<CountAdjustment>))
)]
pub(super) async fn adjustments(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<UuidCursorQuery>,
) -> Result<Json<CursorPage<CountAdjustment>>, ProblemResponse> {
    Ok(Json(adjustment::page(&app, &caller, &garage, place.cursor).await?))
}
