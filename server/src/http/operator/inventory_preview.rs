//! `POST /api/operator/v1/garages/{garage}/inventories/preview`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{InventoryPreview, InventoryReport};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::inventory;

/// The changes that an inventory would make; nothing is written.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/inventories/preview", tag = "operator",
    request_body = InventoryReport,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses((status = 200, body = InventoryPreview))
)]
pub(super) async fn inventory_preview(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(new): ApiJson<InventoryReport>,
) -> Result<Json<InventoryPreview>, ProblemResponse> {
    Ok(Json(inventory::preview(&app, &caller, &garage, &new).await?))
}
