//! `POST /api/operator/v1/garages/{garage}/access-checks`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{AccessCheck, AccessCheckResult};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::access_check as use_case;

/// Returns the decision that the gate would make for this plate now. Each check is audited.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/access-checks", tag = "operator",
    request_body = AccessCheck,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses((status = 200, body = AccessCheckResult), (status = 422, description = "`invalid_plate`"))
)]
pub(super) async fn access_check(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(asked): ApiJson<AccessCheck>,
) -> Result<Json<AccessCheckResult>, ProblemResponse> {
    Ok(Json(use_case::check(&app, &caller, &garage, &asked.plate).await?))
}
