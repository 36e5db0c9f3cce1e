//! `GET /api/v1/reservations`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::ReservationPage;
use protocol::reservation::query::ReservationPageQuery;
use service::http::ApiQuery;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// My reservations, newest start first.
#[utoipa::path(
    get, path = "/api/v1/reservations", tag = "reservations", security(("session" = [])),
    params(ReservationPageQuery),
    responses(
        (status = 200, body = ReservationPage),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn list(
    State(app): State<MiniappState>,
    ApiQuery(asked): ApiQuery<ReservationPageQuery>,
    BearerSession(session): BearerSession,
) -> Result<Json<ReservationPage>, MiniappApiError> {
    Ok(Json(app.server.reservations(&asked, &session).await?))
}
