//! `GET /api/operator/v1/garages/{garage}/inventories`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{CursorPage, InventorySummary};
use service::http::{ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::inventory;

/// The newest inventories; there is no second page.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/inventories", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = CursorPage<InventorySummary>))
)]
pub(super) async fn inventories(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<CursorPage<InventorySummary>>, ProblemResponse> {
    let items = inventory::newest(&app, &caller, &garage).await?;
    Ok(Json(CursorPage { items, next: None }))
}
