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
    post, path = "/internal/v1/guardian/claims", tag = "parent", request_body = ArrivalClaim,
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = GuardianOverview),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_child`, `not_a_guardian`"),
        (status = 409, body = ProblemDetails, description = "`outside_pickup_window`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`: `pupils`, too, if there are more than 20"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn claim(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiJson(asked): ApiJson<ArrivalClaim>,
) -> Result<Json<GuardianOverview>, ProblemResponse> {
    Ok(Json(use_case::claim(&app, &caller, &asked).await?))
}
