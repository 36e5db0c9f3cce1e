//! `GET /internal/v1/hall/arrivals`.

use axum::Json;
use axum::extract::State;
use protocol::people::{AfterCursorQuery, HallArrivals};
use protocol::problem::ProblemDetails;
use service::http::{ApiQuery, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, hall};

/// A whole school's arrivals with masked names, for its waiting hall.
#[utoipa::path(
    get, path = "/internal/v1/hall/arrivals", tag = "hall", params(AfterCursorQuery),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = HallArrivals),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = 403, body = ProblemDetails, description = "`not_a_hall`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn hall_arrivals(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiQuery(query): ApiQuery<AfterCursorQuery>,
) -> Result<Json<HallArrivals>, ProblemResponse> {
    Ok(Json(hall::read(&app, &caller, query.after).await?))
}
