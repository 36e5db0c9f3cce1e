//! `GET /api/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Forecasts;
use protocol::reservation::asked::ForecastAsked;
use service::http::ApiQuery;

use crate::App;
use crate::http::extract::{At, Looking};
use crate::http::refusal::Refusal;

/// Open spaces from windows and reservations, now and for the coming hours.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/forecast", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ForecastAsked),
    responses(
        (status = 200, body = Forecasts),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`; `bad_request`: the path"),
        (status = 403, body = Problem, description = "`not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 422, body = Problem, description = "`invalid_body`: not 1 to 72 `hours`"),
        (status = 429, body = Problem, description = "`too_many_requests`"),
        (status = "default", body = Problem),
    )
)]
pub async fn forecast(
    State(app): State<App>,
    At(garage): At<GarageId>,
    ApiQuery(asked): ApiQuery<ForecastAsked>,
    Looking(session): Looking,
) -> Result<Json<Forecasts>, Refusal> {
    Ok(Json(app.server.forecast(&garage, &asked, &session).await?))
}
