//! `GET /api/operator/v1/garages/{garage}/timeline`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::operator::DayTimeline;
use service::http::ProblemResponse;

use super::ReservationDayQuery;
use crate::app::App;
use crate::app::operator::reservation::timeline as use_case;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::AuthenticatedOperator;

/// The data for a local day's timeline. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/timeline", tag = "operator",
    params(("garage" = String, Path)),
    security(("operator" = []))
)]
pub async fn timeline(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ReservationDayQuery>,
) -> Result<Json<DayTimeline>, ProblemResponse> {
    Ok(Json(use_case::timeline(&app, &caller, &garage, asked.day).await?))
}
