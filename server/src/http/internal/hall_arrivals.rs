//! `GET /internal/v1/hall/arrivals`.

use axum::Json;
use axum::extract::State;
use protocol::people::HallArrivals;
use protocol::problem::Problem;
use service::http::ProblemResponse;

use super::caller::User;
use crate::app::{App, hall};
use crate::http::input::{After, ApiQuery};

/// A whole school's arrivals with masked names, for its waiting hall.
#[utoipa::path(
    get, path = "/internal/v1/hall/arrivals", tag = "internal", params(After),
    security(("service" = [], "session" = [])),
    responses((status = 200, body = HallArrivals), (status = 403, body = Problem, description = "`not_a_hall`"))
)]
pub async fn hall_arrivals(
    State(app): State<App>,
    User(caller): User,
    ApiQuery(query): ApiQuery<After>,
) -> Result<Json<HallArrivals>, ProblemResponse> {
    Ok(Json(hall::read(&app, &caller, query.after).await?))
}
