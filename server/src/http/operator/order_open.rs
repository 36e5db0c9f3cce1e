//! `POST /api/operator/v1/garages/{garage}/open-orders`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::order::{NewRemoteOpening, RemoteOrderEntry};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::open_order;
use crate::http::idempotency::IdempotencyKey;

/// Orders a lane's barrier to open. The same key again orders nothing and returns the order as it is now.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/open-orders", tag = "operator",
    request_body = NewRemoteOpening,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 201, body = RemoteOrderEntry),
        (status = 409, description = "`order_waiting`"),
        (status = 422, description = "`invalid_plate`"),
    )
)]
pub(super) async fn order_open(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewRemoteOpening>,
) -> Result<(StatusCode, Json<RemoteOrderEntry>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(open_order::add(&app, &caller, &garage, &key, &new).await?)))
}
