//! `GET /api/v1/garages`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::SharedGarages;
use protocol::reservation::asked::GaragesAsked;
use service::http::ApiQuery;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// Garages that take reservations, with their open spaces now.
#[utoipa::path(
    get, path = "/api/v1/garages", tag = "reservations", security(("session" = [])), params(GaragesAsked),
    responses(
        (status = 200, body = SharedGarages),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = "default", body = Problem),
    )
)]
pub async fn garages(
    State(app): State<App>,
    ApiQuery(asked): ApiQuery<GaragesAsked>,
    Person(session): Person,
) -> Result<Json<SharedGarages>, Refusal> {
    Ok(Json(app.server.shared_garages(&asked, &session).await?))
}
