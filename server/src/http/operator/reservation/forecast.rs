//! `GET /api/operator/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::Forecasts;
use protocol::reservation::asked::ForecastAsked;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::Operator;

/// Open spaces in the coming hours, for every audience or for one.
pub async fn forecast(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ForecastAsked>,
) -> Result<Json<Forecasts>, ProblemResponse> {
    Ok(Json(reservation::forecast(&app, &caller, &garage, &asked).await?))
}
