//! `GET /api/operator/v1/garages/{garage}/closures`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::Closures;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::operator::sharing::closures as use_case;
use crate::http::input::ApiPath;
use crate::http::operator::caller::Operator;

/// Closures whose time is not over.
pub async fn closures(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<Closures>, ProblemResponse> {
    Ok(Json(use_case::list(&app, &caller, &garage).await?))
}
