//! `POST /api/operator/v1/garages/{garage}/open-orders`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::order::{NewOpenOrder, OpenOrder};
use service::http::{ApiJson, ProblemResponse};

use super::caller::Operator;
use crate::app::App;
use crate::app::operator::open_order;
use crate::http::idempotency::IdempotencyKey;
use crate::http::input::ApiPath;

/// Orders a lane's barrier to open. The same key again orders nothing and returns the order as it is now.
pub async fn order_open(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewOpenOrder>,
) -> Result<(StatusCode, Json<OpenOrder>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(open_order::add(&app, &caller, &garage, key.as_str(), &new).await?)))
}
