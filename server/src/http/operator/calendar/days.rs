//! `GET /api/operator/v1/garages/{garage}/calendar`.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::ids::GarageId;
use protocol::calendar::CalendarDays;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::operator::caller::AuthenticatedOperator;

/// `?from=YYYY-MM-DD&to=YYYY-MM-DD`, both included.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CalendarDaysQuery {
    from: NaiveDate,
    to: NaiveDate,
}

/// The kind of each day at this garage, and gaps of the calendar.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/calendar", tag = "operator",
    params(("garage" = String, Path), CalendarDaysQuery), security(("operator" = [])),
    responses((status = 200, body = CalendarDays))
)]
pub(crate) async fn days(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(range): ApiQuery<CalendarDaysQuery>,
) -> Result<Json<CalendarDays>, ProblemResponse> {
    Ok(Json(calendar::days(&app, &caller, &garage, range.from, range.to).await?))
}
