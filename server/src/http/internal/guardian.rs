//! `GET /internal/v1/guardian`.

use axum::Json;
use axum::extract::State;
use protocol::people::GuardianOverview;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::caller::AuthenticatedPerson;
use crate::app::{App, guardian as use_case};

/// The caller's own children and plates; empty for a person without any.
#[utoipa::path(
    get, path = "/internal/v1/guardian", tag = "parent",
    security(("service" = [], "session" = [])), responses((status = 200, body = GuardianOverview), (status = "default", body = ProblemDetails))
)]
pub(super) async fn guardian(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
) -> Result<Json<GuardianOverview>, ProblemResponse> {
    Ok(Json(use_case::read(&app, &caller).await?))
}
