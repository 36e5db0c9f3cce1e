//! `GET /api/v1/garages/{garage}/quote`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Quote;
use protocol::reservation::asked::QuoteAsked;
use service::http::ApiQuery;

use crate::App;
use crate::http::extract::{At, Looking};
use crate::http::refusal::Refusal;

/// Quotes a time: what is possible, or the reason why nothing is. A quote holds no space.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/quote", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), QuoteAsked),
    responses(
        (status = 200, body = Quote),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`; `bad_request`: the path"),
        (status = 403, body = Problem, description = "`not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 422, body = Problem, description = "`invalid_body`: no whole minutes, or the end is not after the start"),
        (status = 429, body = Problem, description = "`too_many_requests`"),
        (status = "default", body = Problem),
    )
)]
pub async fn quote(
    State(app): State<App>,
    At(garage): At<GarageId>,
    ApiQuery(asked): ApiQuery<QuoteAsked>,
    Looking(session): Looking,
) -> Result<Json<Quote>, Refusal> {
    Ok(Json(app.server.quote(&garage, &asked, &session).await?))
}
