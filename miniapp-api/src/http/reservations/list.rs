//! `GET /api/v1/reservations`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::Reservations;
use protocol::reservation::asked::ReservationsAsked;
use service::http::ApiQuery;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// My reservations, newest start first.
#[utoipa::path(
    get, path = "/api/v1/reservations", tag = "reservations", security(("session" = [])),
    params(ReservationsAsked),
    responses(
        (status = 200, body = Reservations),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = "default", body = Problem),
    )
)]
pub async fn list(
    State(app): State<App>,
    ApiQuery(asked): ApiQuery<ReservationsAsked>,
    Person(session): Person,
) -> Result<Json<Reservations>, Refusal> {
    Ok(Json(app.server.reservations(&asked, &session).await?))
}
