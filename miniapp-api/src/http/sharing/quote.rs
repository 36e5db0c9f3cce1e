//! `GET /api/v1/garages/{garage}/quote`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::Quote;
use protocol::reservation::asked::QuoteAsked;

use crate::App;
use crate::http::extract::{Asked, At, Person};
use crate::http::refusal::Refusal;

/// What would be possible then, and why not, if it is not. Promises nothing.
#[utoipa::path(
    get, path = "/api/v1/garages/{garage}/quote", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), QuoteAsked),
    responses((status = 200, body = Quote), (status = "default", body = Problem))
)]
pub async fn quote(
    State(app): State<App>,
    At(garage): At<GarageId>,
    Asked(asked): Asked<QuoteAsked>,
    Person(session): Person,
) -> Result<Json<Quote>, Refusal> {
    Ok(Json(app.server.quote(&garage, &asked, &session).await?))
}
