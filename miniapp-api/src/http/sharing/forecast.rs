//! `GET /api/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::PoolForecasts;
use protocol::reservation::query::PoolForecastQuery;
use service::http::ApiQuery;

use crate::MiniappState;
use crate::http::extract::{PathParameter, QuoteAttempt};
use crate::http::refusal::MiniappApiError;

/// Open spaces from windows and reservations, now and for the coming hours.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/forecast", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), PoolForecastQuery),
    responses(
        (status = 200, body = PoolForecasts),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "`not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`: not 1 to 72 `hours`"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn forecast(
    State(app): State<MiniappState>,
    PathParameter(garage): PathParameter<GarageId>,
    ApiQuery(asked): ApiQuery<PoolForecastQuery>,
    QuoteAttempt(session): QuoteAttempt,
) -> Result<Json<PoolForecasts>, MiniappApiError> {
    Ok(Json(app.server.forecast(&garage, &asked, &session).await?))
}
