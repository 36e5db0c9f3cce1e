//! `GET /internal/v1/reservations`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::ReservationPage;
use protocol::reservation::query::ReservationPageQuery;
use service::http::{ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::reservation::own;
use crate::http::internal::caller::AuthenticatedPerson;

/// The caller's reservations, newest start first.
#[utoipa::path(
    get, path = "/internal/v1/reservations", tag = "reservations", params(ReservationPageQuery),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = ReservationPage),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiQuery(asked): ApiQuery<ReservationPageQuery>,
) -> Result<Json<ReservationPage>, ProblemResponse> {
    Ok(Json(own::page(&app, &caller, asked.cursor.as_deref()).await?))
}
