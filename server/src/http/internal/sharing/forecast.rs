//! `GET /internal/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::PoolForecasts;
use protocol::reservation::query::PoolForecastQuery;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::reservation::forecast as use_case;
use crate::http::internal::caller::AuthenticatedPerson;

/// Open spaces from windows and reservations, in steps of a quarter of an hour.
#[utoipa::path(
    get, path = "/internal/v1/garages/{garage}/forecast", tag = "reservations",
    params(("garage" = String, Path), PoolForecastQuery), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = PoolForecasts),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = 403, body = ProblemDetails, description = "`not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`: not 1 to 72 `hours`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn forecast(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<PoolForecastQuery>,
) -> Result<Json<PoolForecasts>, ProblemResponse> {
    Ok(Json(use_case::forecast(&app, &caller, &garage, &asked).await?))
}
