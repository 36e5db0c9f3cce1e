//! `GET /internal/v1/garages/{garage}/quote`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Quote;
use protocol::reservation::asked::QuoteAsked;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::quote as use_case;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::internal::caller::User;
use crate::http::reservation_answer;

/// Availability at that time, or the reason why a reservation is not possible. It reserves nothing.
#[utoipa::path(
    get, path = "/internal/v1/garages/{garage}/quote", tag = "reservations",
    params(("garage" = String, Path), QuoteAsked), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Quote),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = 403, body = Problem, description = "`not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 422, body = Problem, description = "`invalid_body`: no whole minutes, or the end is not after the start"),
        (status = "default", body = Problem),
    )
)]
pub async fn quote(
    State(app): State<App>,
    User(caller): User,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<QuoteAsked>,
) -> Result<Json<Quote>, ProblemResponse> {
    let quoted = use_case::quote(&app, &caller, &garage, &asked).await?;
    Ok(Json(reservation_answer::quote(quoted)))
}
