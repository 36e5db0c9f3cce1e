//! `POST /gateway/v1/events`.

use axum::Json;
use axum::extract::State;
use protocol::uplink::{BatchReceipt, UplinkBatch};
use service::http::{ApiJson, ProblemResponse};

use super::caller::AuthenticatedGateway;
use crate::app::{App, ingest};

/// Commits a batch. The gateway may delete the records that the receipt acknowledges.
#[utoipa::path(
    post, path = "/gateway/v1/events", tag = "gateway", request_body = UplinkBatch,
    security(("gateway" = [])),
    responses(
        (status = 200, body = BatchReceipt),
        (status = 409, description = "`sequence_gap`"),
        (status = 422, description = "`invalid_batch`"),
    )
)]
pub(super) async fn events(
    State(app): State<App>,
    AuthenticatedGateway(garage, _): AuthenticatedGateway,
    ApiJson(batch): ApiJson<UplinkBatch>,
) -> Result<Json<BatchReceipt>, ProblemResponse> {
    Ok(Json(ingest::submit(&app, garage, batch).await?))
}
