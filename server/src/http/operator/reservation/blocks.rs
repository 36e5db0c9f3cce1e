//! `GET /api/operator/v1/garages/{garage}/blocks`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::operator::PlateBlockList;
use service::http::{ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::reservation::block;
use crate::http::operator::caller::AuthenticatedOperator;

/// Blocked plates, and strikes of the last year. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/blocks", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = PlateBlockList))
)]
pub(crate) async fn blocks(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<PlateBlockList>, ProblemResponse> {
    Ok(Json(block::list(&app, &caller, &garage).await?))
}
