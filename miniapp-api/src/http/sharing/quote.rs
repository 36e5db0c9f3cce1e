//! `GET /api/v1/garages/{garage}/quote`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::AvailabilityQuote;
use protocol::reservation::query::ReservationQuoteQuery;
use service::http::ApiQuery;

use crate::MiniappState;
use crate::http::extract::{PathParameter, QuoteAttempt};
use crate::http::refusal::MiniappApiError;

/// Quotes a time: what is possible, or the reason why nothing is. A quote holds no space.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/quote", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ReservationQuoteQuery),
    responses(
        (status = 200, body = AvailabilityQuote),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`; `bad_request`: the path"),
        (status = 403, body = ProblemDetails, description = "`not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`: no whole minutes, or the end is not after the start"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn quote(
    State(app): State<MiniappState>,
    PathParameter(garage): PathParameter<GarageId>,
    ApiQuery(asked): ApiQuery<ReservationQuoteQuery>,
    QuoteAttempt(session): QuoteAttempt,
) -> Result<Json<AvailabilityQuote>, MiniappApiError> {
    Ok(Json(app.server.quote(&garage, &asked, &session).await?))
}
