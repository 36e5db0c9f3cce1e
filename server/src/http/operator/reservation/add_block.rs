//! `POST /api/operator/v1/garages/{garage}/blocks`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::reservation::operator::{PlateBlockEntry, PlateBlockRequest};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::reservation::block;
use crate::http::operator::caller::AuthenticatedOperator;

/// Blocks a plate: it may neither reserve nor enter as the public. It may always leave.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/blocks", tag = "operator",
    request_body = PlateBlockRequest,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses((status = 201, body = PlateBlockEntry), (status = 422, description = "`invalid_plate`"))
)]
pub(crate) async fn add_block(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(new): ApiJson<PlateBlockRequest>,
) -> Result<(StatusCode, Json<PlateBlockEntry>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(block::add(&app, &caller, &garage, &new).await?)))
}
