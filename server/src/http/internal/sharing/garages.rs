//! `GET /internal/v1/garages`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::SharedGarages;
use protocol::reservation::asked::GaragesAsked;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::shared_garages;
use crate::http::input::ApiQuery;
use crate::http::internal::caller::User;

/// Garages where the caller could reserve, with their present openings.
#[utoipa::path(
    get, path = "/internal/v1/garages", tag = "reservations", params(GaragesAsked),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = SharedGarages),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = "default", body = Problem),
    )
)]
pub async fn garages(
    State(app): State<App>,
    User(caller): User,
    ApiQuery(asked): ApiQuery<GaragesAsked>,
) -> Result<Json<SharedGarages>, ProblemResponse> {
    Ok(Json(shared_garages::list(&app, &caller, &asked).await?))
}
