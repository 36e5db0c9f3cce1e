//! `GET /api/operator/v1/garages/{garage}/inventories`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{Inventory, Page};
use service::http::ProblemResponse;

use super::caller::Operator;
use crate::app::App;
use crate::app::operator::inventory;
use crate::http::input::ApiPath;

/// The newest inventories; there is no second page.
pub async fn inventories(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<Page<Inventory>>, ProblemResponse> {
    let items = inventory::newest(&app, &caller, &garage).await?;
    Ok(Json(Page { items, next: None }))
}
