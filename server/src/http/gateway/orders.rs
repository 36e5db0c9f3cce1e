//! `GET /gateway/v1/orders`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use protocol::order::PendingRemoteOrders;
use serde::Deserialize;
use service::http::{ApiQuery, ProblemResponse};
use uuid::Uuid;

use super::caller::AuthenticatedGateway;
use crate::app::{App, open_order};
use crate::http::fail::storage_problem;

/// `?run=UUID&wait_ms=N`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RemoteOrderPollQuery {
    /// Id of the gateway's run, generated at each start.
    run: Uuid,
    /// How long to wait for an order, in ms. Values above 25,000 count as 25,000.
    #[serde(default)]
    wait_ms: u64,
}

/// Returns remote orders of operators: a long poll. A newer poll of the same garage replaces a waiting one.
#[utoipa::path(
    get, path = "/gateway/v1/orders", tag = "gateway",
    params(RemoteOrderPollQuery), security(("gateway" = [])),
    responses((status = 200, body = PendingRemoteOrders))
)]
pub(super) async fn orders(
    State(app): State<App>,
    AuthenticatedGateway(garage, _): AuthenticatedGateway,
    ApiQuery(poll): ApiQuery<RemoteOrderPollQuery>,
) -> Result<Json<PendingRemoteOrders>, ProblemResponse> {
    let wait = Duration::from_millis(poll.wait_ms);
    Ok(Json(open_order::poll(&app, &garage, &poll.run.to_string(), wait).await.map_err(storage_problem)?))
}
