//! `POST /internal/v1/guardian/claims`.

use axum::Json;
use axum::extract::State;
use protocol::people::{Claim, Guardian};
use protocol::problem::Problem;
use service::http::{ApiJson, ProblemResponse};

use super::caller::User;
use crate::app::{App, claim as use_case};

/// "I am here", by hand; a child with an open arrival keeps it. Returns the guardian's page.
#[utoipa::path(
    post, path = "/internal/v1/guardian/claims", tag = "internal", request_body = Claim,
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Guardian),
        (status = 403, body = Problem, description = "`not_your_child`, `not_a_guardian`"),
        (status = 409, body = Problem, description = "`outside_pickup_window`"),
    )
)]
pub async fn claim(
    State(app): State<App>,
    User(caller): User,
    ApiJson(asked): ApiJson<Claim>,
) -> Result<Json<Guardian>, ProblemResponse> {
    Ok(Json(use_case::claim(&app, &caller, &asked).await?))
}
