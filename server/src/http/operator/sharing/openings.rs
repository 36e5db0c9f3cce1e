//! `GET /api/operator/v1/garages/{garage}/openings`.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::ids::GarageId;
use protocol::sharing::OpeningSchedule;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::openings as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// `?from=YYYY-MM-DD&to=YYYY-MM-DD`, both included.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpeningsQuery {
    from: NaiveDate,
    to: NaiveDate,
}

/// The audience and number of spaces of each opening.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/openings", tag = "operator",
    params(("garage" = String, Path), OpeningsQuery), security(("operator" = [])),
    responses((status = 200, body = OpeningSchedule))
)]
pub(crate) async fn openings(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(days): ApiQuery<OpeningsQuery>,
) -> Result<Json<OpeningSchedule>, ProblemResponse> {
    Ok(Json(use_case::read(&app, &caller, &garage, (days.from, days.to)).await?))
}
