//! `DELETE /api/operator/v1/garages/{garage}/blocks/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::reservation::operator::LiftReason;
use service::http::{ApiJson, ApiPath, ProblemResponse};
use uuid::Uuid;

use crate::app::App;
use crate::app::operator::reservation::block;
use crate::http::operator::caller::AuthenticatedOperator;

/// Ends a block, with a reason.
#[utoipa::path(
    delete, path = "/api/operator/v1/garages/{garage}/blocks/{id}", tag = "operator",
    request_body = LiftReason,
    params(("garage" = String, Path), ("id" = String, Path, format = "uuid")),
    security(("operator" = [], "console" = [])),
    responses((status = 204))
)]
pub(crate) async fn end_block(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, id)): ApiPath<(GarageId, Uuid)>,
    ApiJson(why): ApiJson<LiftReason>,
) -> Result<StatusCode, ProblemResponse> {
    block::end(&app, &caller, (&garage, id), &why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
