//! `POST /gateway/v1/events`.

use axum::Json;
use axum::extract::State;
use protocol::uplink::{Batch, Receipt};
use service::http::{ApiJson, ProblemResponse};

use super::caller::Gateway;
use crate::app::{App, ingest};

/// Commits a batch. The gateway may delete the records that the receipt acknowledges.
pub async fn events(
    State(app): State<App>,
    Gateway(garage, _): Gateway,
    ApiJson(batch): ApiJson<Batch>,
) -> Result<Json<Receipt>, ProblemResponse> {
    Ok(Json(ingest::submit(&app, garage, batch).await?))
}
