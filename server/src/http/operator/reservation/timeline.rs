//! `GET /api/operator/v1/garages/{garage}/timeline`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::operator::DayTimeline;
use service::http::ProblemResponse;

use super::OfDay;
use crate::app::App;
use crate::app::operator::reservation::timeline as use_case;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::Operator;

/// The data for a local day's timeline. Each read is audited, because it shows plates.
pub async fn timeline(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<OfDay>,
) -> Result<Json<DayTimeline>, ProblemResponse> {
    Ok(Json(use_case::timeline(&app, &caller, &garage, asked.day).await?))
}
