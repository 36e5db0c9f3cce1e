//! `GET /api/operator/v1/garages/{garage}/windows`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::Windows;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::input::ApiPath;
use crate::http::operator::caller::Operator;

/// Windows that have not been ended, with their conflicts.
pub async fn windows(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<Windows>, ProblemResponse> {
    Ok(Json(use_case::list(&app, &caller, &garage).await?))
}
