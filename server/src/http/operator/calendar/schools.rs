//! `GET /api/operator/v1/schools`.

use axum::Json;
use axum::extract::State;
use protocol::calendar::SchoolList;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::fail::storage_problem;
use crate::http::operator::caller::AuthenticatedOperator;

/// The schools whose garages the operator runs.
#[utoipa::path(
    get, path = "/api/operator/v1/schools", tag = "operator",
    security(("operator" = [])),
    responses((status = 200, body = SchoolList))
)]
pub(crate) async fn schools(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
) -> Result<Json<SchoolList>, ProblemResponse> {
    Ok(Json(calendar::schools(&app, &caller).await.map_err(storage_problem)?))
}
