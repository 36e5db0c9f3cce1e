//! `POST /api/operator/v1/garages/{garage}/adjustments`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::operator::{CountAdjustment, NewCountAdjustment};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::adjustment;
use crate::http::idempotency::IdempotencyKey;

/// Appends a correction of the count. The same key again returns the same adjustment.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/adjustments", tag = "operator",
    request_body = NewCountAdjustment,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses((status = 201, body = CountAdjustment), (status = 409, description = "`count_changed`"))
)]
pub(super) async fn adjust(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewCountAdjustment>,
) -> Result<(StatusCode, Json<CountAdjustment>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(adjustment::add(&app, &caller, &garage, &key, &new).await?)))
}
