//! `GET /api/v1/garages/{garage}/forecast`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Forecasts;
use protocol::reservation::asked::ForecastAsked;

use crate::App;
use crate::http::extract::{Asked, At, Person};
use crate::http::refusal::Refusal;

/// Open spaces from windows and reservations, now and for the coming hours.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/forecast", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ForecastAsked),
    responses((status = 200, body = Forecasts), (status = "default", body = Problem))
)]
pub async fn forecast(
    State(app): State<App>,
    At(garage): At<GarageId>,
    Asked(asked): Asked<ForecastAsked>,
    Person(session): Person,
) -> Result<Json<Forecasts>, Refusal> {
    Ok(Json(app.server.forecast(&garage, &asked, &session).await?))
}
