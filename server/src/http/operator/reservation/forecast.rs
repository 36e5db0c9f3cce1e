//! `GET /api/operator/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::PoolForecasts;
use protocol::reservation::query::PoolForecastQuery;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::operator::caller::AuthenticatedOperator;

/// Open spaces in the coming hours, for every audience or for one.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/forecast", tag = "operator",
    params(("garage" = String, Path), PoolForecastQuery), security(("operator" = [])),
    responses(
        (status = 200, body = PoolForecasts),
        (status = 422, description = "`invalid_body`: not 1 to 72 `hours`"),
    )
)]
pub(crate) async fn forecast(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<PoolForecastQuery>,
) -> Result<Json<PoolForecasts>, ProblemResponse> {
    Ok(Json(reservation::forecast(&app, &caller, &garage, &asked).await?))
}
