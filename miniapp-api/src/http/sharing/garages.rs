//! `GET /api/v1/garages`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::SharedGarages;
use protocol::reservation::query::SharedGaragesQuery;
use service::http::ApiQuery;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// Garages that take reservations, with their open spaces now.
#[utoipa::path(
    get, path = "/api/v1/garages", tag = "reservations", security(("session" = [])), params(SharedGaragesQuery),
    responses(
        (status = 200, body = SharedGarages),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn garages(
    State(app): State<MiniappState>,
    ApiQuery(asked): ApiQuery<SharedGaragesQuery>,
    BearerSession(session): BearerSession,
) -> Result<Json<SharedGarages>, MiniappApiError> {
    Ok(Json(app.server.shared_garages(&asked, &session).await?))
}
