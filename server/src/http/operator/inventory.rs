//! `POST /api/operator/v1/garages/{garage}/inventories`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::operator::{InventoryReport, InventorySummary};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::inventory as walks;
use crate::http::idempotency::IdempotencyKey;

/// Records an inventory and corrects visits and count. The same key again returns the same result.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/inventories", tag = "operator",
    request_body = InventoryReport,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses((status = 201, body = InventorySummary), (status = 409, description = "`gateway_behind`"))
)]
pub(super) async fn inventory(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<InventoryReport>,
) -> Result<(StatusCode, Json<InventorySummary>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(walks::add(&app, &caller, &garage, &key, &new).await?)))
}
