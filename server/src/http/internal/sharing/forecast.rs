//! `GET /internal/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Forecasts;
use protocol::reservation::asked::ForecastAsked;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::forecast as use_case;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::internal::caller::User;

/// Open spaces from windows and reservations, in steps of a quarter of an hour.
#[utoipa::path(
    get, path = "/internal/v1/garages/{garage}/forecast", tag = "reservations",
    params(("garage" = String, Path), ForecastAsked), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Forecasts),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = 403, body = Problem, description = "`not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 422, body = Problem, description = "`invalid_body`: not 1 to 72 `hours`"),
        (status = "default", body = Problem),
    )
)]
pub async fn forecast(
    State(app): State<App>,
    User(caller): User,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ForecastAsked>,
) -> Result<Json<Forecasts>, ProblemResponse> {
    Ok(Json(use_case::forecast(&app, &caller, &garage, &asked).await?))
}
