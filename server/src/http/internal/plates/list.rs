//! `GET /internal/v1/plates`.

use axum::Json;
use axum::extract::State;
use protocol::people::OwnPlates;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::app::{App, plate};
use crate::http::internal::caller::AuthenticatedPerson;

/// The caller's own plates, the oldest first.
#[utoipa::path(
    get, path = "/internal/v1/plates", tag = "plates",
    security(("service" = [], "session" = [])), responses((status = 200, body = OwnPlates), (status = "default", body = ProblemDetails))
)]
pub(crate) async fn list(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
) -> Result<Json<OwnPlates>, ProblemResponse> {
    Ok(Json(plate::list(&app, &caller).await?))
}
