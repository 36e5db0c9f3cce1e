//! `GET /internal/v1/garages/{garage}/quote`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::AvailabilityQuote;
use protocol::reservation::query::ReservationQuoteQuery;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::reservation::quote as use_case;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer;

/// Availability at that time, or the reason why a reservation is not possible. It reserves nothing.
#[utoipa::path(
    get, path = "/internal/v1/garages/{garage}/quote", tag = "reservations",
    params(("garage" = String, Path), ReservationQuoteQuery), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = AvailabilityQuote),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = 403, body = ProblemDetails, description = "`not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`: no whole minutes, or the end is not after the start"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn quote(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ReservationQuoteQuery>,
) -> Result<Json<AvailabilityQuote>, ProblemResponse> {
    let quoted = use_case::quote(&app, &caller, &garage, &asked).await?;
    Ok(Json(reservation_answer::quote(quoted)))
}
