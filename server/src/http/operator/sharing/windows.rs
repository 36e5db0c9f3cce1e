//! `GET /api/operator/v1/garages/{garage}/windows`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::WindowList;
use service::http::{ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// Windows that have not been ended, with their conflicts.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/windows", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = WindowList))
)]
pub(crate) async fn windows(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<WindowList>, ProblemResponse> {
    Ok(Json(use_case::list(&app, &caller, &garage).await?))
}
