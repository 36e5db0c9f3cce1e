//! `GET /api/operator/v1/garages/{garage}/closures`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::ClosureList;
use service::http::{ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::closures as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// Closures whose time is not over.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/closures", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = ClosureList))
)]
pub(crate) async fn closures(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<ClosureList>, ProblemResponse> {
    Ok(Json(use_case::list(&app, &caller, &garage).await?))
}
