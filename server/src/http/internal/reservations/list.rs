//! `GET /internal/v1/reservations`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::Reservations;
use protocol::reservation::asked::ReservationsAsked;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::own;
use crate::http::input::ApiQuery;
use crate::http::internal::caller::User;

/// The caller's reservations, newest start first.
#[utoipa::path(
    get, path = "/internal/v1/reservations", tag = "reservations", params(ReservationsAsked),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservations),
        (status = 400, body = Problem, description = "`invalid_query`, with `field`"),
        (status = "default", body = Problem),
    )
)]
pub async fn list(
    State(app): State<App>,
    User(caller): User,
    ApiQuery(asked): ApiQuery<ReservationsAsked>,
) -> Result<Json<Reservations>, ProblemResponse> {
    Ok(Json(own::page(&app, &caller, asked.cursor.as_deref()).await?))
}
