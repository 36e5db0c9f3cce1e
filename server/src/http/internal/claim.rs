//! `POST /internal/v1/guardian/claims`.

use axum::Json;
use axum::extract::State;
use protocol::people::{ArrivalClaim, GuardianOverview};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, claim as use_case};

/// "I am here", by hand; a child with an open arrival keeps it. Returns the guardian's page.
#[utoipa::path(
    post, path = "/internal/v1/guardian/claims", tag = "internal", request_body = ArrivalClaim,
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = GuardianOverview),
        (status = 403, body = ProblemDetails, description = "`not_your_child`, `not_a_guardian`"),
        (status = 409, body = ProblemDetails, description = "`outside_pickup_window`"),
    )
)]
pub async fn claim(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiJson(asked): ApiJson<ArrivalClaim>,
) -> Result<Json<GuardianOverview>, ProblemResponse> {
    Ok(Json(use_case::claim(&app, &caller, &asked).await?))
}
