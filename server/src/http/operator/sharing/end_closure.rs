//! `DELETE /api/operator/v1/garages/{garage}/closures/{closure}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use service::http::{ApiPath, ApiQuery, ProblemResponse};
use uuid::Uuid;

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::closures as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// Ends a closure: its spaces are shared again.
#[utoipa::path(
    delete, path = "/api/operator/v1/garages/{garage}/closures/{closure}", tag = "operator",
    params(("garage" = String, Path), ("closure" = String, Path, format = "uuid"), AffectedPolicyQuery),
    security(("operator" = [], "console" = [])),
    responses((status = 204), (status = 409, description = "`reservations_affected`"))
)]
pub(crate) async fn end_closure(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, closure)): ApiPath<(GarageId, Uuid)>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
) -> Result<StatusCode, ProblemResponse> {
    use_case::end(&app, &caller, &garage, closure, wish.affected).await?;
    Ok(StatusCode::NO_CONTENT)
}
