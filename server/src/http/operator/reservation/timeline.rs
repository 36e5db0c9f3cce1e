//! `GET /api/operator/v1/garages/{garage}/timeline`.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::ids::GarageId;
use protocol::reservation::operator::DayTimeline;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::operator::reservation::timeline as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// `?day=YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineDayQuery {
    /// Local day; absent: today.
    #[serde(default)]
    day: Option<NaiveDate>,
}

/// The data for a local day's timeline. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/timeline", tag = "operator",
    params(("garage" = String, Path), TimelineDayQuery), security(("operator" = [])),
    responses(
        (status = 200, body = DayTimeline),
        (status = 422, description = "`invalid_body`: not a supported `day`"),
    )
)]
pub(crate) async fn timeline(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<TimelineDayQuery>,
) -> Result<Json<DayTimeline>, ProblemResponse> {
    Ok(Json(use_case::timeline(&app, &caller, &garage, asked.day).await?))
}
