//! `POST /gateway/v1/orders/{order}`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::order::RemoteOrderOutcome;
use service::http::{ApiJson, ApiPath, ProblemResponse};
use uuid::Uuid;

use super::caller::AuthenticatedGateway;
use crate::app::{App, open_order};
use crate::http::fail;
use crate::http::fail::storage_problem;

/// Records the outcome of an order. The first report stands; a repetition changes nothing.
#[utoipa::path(
    post, path = "/gateway/v1/orders/{order}", tag = "gateway", request_body = RemoteOrderOutcome,
    params(("order" = String, Path, format = "uuid")), security(("gateway" = [])),
    responses((status = 204))
)]
pub(super) async fn order_outcome(
    State(app): State<App>,
    AuthenticatedGateway(garage, _): AuthenticatedGateway,
    ApiPath(order): ApiPath<Uuid>,
    ApiJson(outcome): ApiJson<RemoteOrderOutcome>,
) -> Result<StatusCode, ProblemResponse> {
    if open_order::ended(&app, &garage, order, outcome).await.map_err(storage_problem)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(fail::not_found())
    }
}
