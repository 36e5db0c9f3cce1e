//! `POST /api/v1/guardian/claims`.

use axum::Json;
use axum::extract::State;
use protocol::people::{ArrivalClaim, GuardianOverview};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// More children than any guardian has.
const MOST_PUPILS: usize = 20;

/// Reports a guardian's arrival by hand when the plate was not read; the teacher confirms it.
#[utoipa::path(
    post, path = "/api/v1/guardian/claims", tag = "parent", security(("session" = [])), request_body = ArrivalClaim,
    responses((status = 200, body = GuardianOverview), (status = "default", body = ProblemDetails))
)]
pub async fn claim(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
    ApiJson(body): ApiJson<ArrivalClaim>,
) -> Result<Json<GuardianOverview>, MiniappApiError> {
    if body.pupils.len() > MOST_PUPILS {
        return Err(ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
            .field("pupils")
            .detail("at most 20 pupils")
            .into());
    }
    Ok(Json(app.server.claim(&body, &session).await?))
}
