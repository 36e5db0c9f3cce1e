//! `GET /internal/v1/garages`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::SharedGarages;
use protocol::reservation::query::SharedGaragesQuery;
use service::http::{ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::shared_garages;
use crate::http::internal::caller::AuthenticatedPerson;

/// Garages where the caller could reserve, with their present openings.
#[utoipa::path(
    get, path = "/internal/v1/garages", tag = "reservations", params(SharedGaragesQuery),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = SharedGarages),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn garages(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiQuery(asked): ApiQuery<SharedGaragesQuery>,
) -> Result<Json<SharedGarages>, ProblemResponse> {
    Ok(Json(shared_garages::list(&app, &caller, &asked).await?))
}
