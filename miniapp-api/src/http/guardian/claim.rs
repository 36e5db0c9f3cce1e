//! `POST /api/v1/guardian/claims`.

use axum::Json;
use axum::extract::State;
use protocol::people::{Claim, Guardian};
use protocol::problem::Problem;
use service::http::ApiJson;

use crate::App;
use crate::http::extract::Person;
use crate::http::refusal::Refusal;

/// More children than any guardian has.
const MOST_PUPILS: usize = 20;

/// Reports a guardian's arrival by hand when the plate was not read; the teacher confirms it.
#[utoipa::path(
    post, path = "/api/v1/guardian/claims", tag = "parent", security(("session" = [])), request_body = Claim,
    responses((status = 200, body = Guardian), (status = "default", body = Problem))
)]
pub async fn claim(
    State(app): State<App>,
    Person(session): Person,
    ApiJson(body): ApiJson<Claim>,
) -> Result<Json<Guardian>, Refusal> {
    if body.pupils.len() > MOST_PUPILS {
        return Err(Problem::new(422, "invalid_body", "Invalid field in the request body")
            .field("pupils")
            .detail("at most 20 pupils")
            .into());
    }
    Ok(Json(app.server.claim(&body, &session).await?))
}
