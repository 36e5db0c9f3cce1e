//! `GET /api/operator/v1/garages/{garage}/open-orders`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::Page;
use protocol::order::OpenOrder;
use service::http::ProblemResponse;

use super::adjustments::Place;
use super::caller::Operator;
use crate::app::App;
use crate::app::operator::open_order;
use crate::http::input::{ApiPath, ApiQuery};

/// Remote orders with author, reason and outcome, newest first.
pub async fn open_orders(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<Place>,
) -> Result<Json<Page<OpenOrder>>, ProblemResponse> {
    Ok(Json(open_order::page(&app, &caller, &garage, place.cursor).await?))
}
