//! `GET /gateway/v1/access-plan`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use protocol::enrolment::{DUE, RENEWAL};
use service::http::ProblemResponse;

use super::caller::AuthenticatedGateway;
use crate::app::gateway_token::GatewayTokenRenewal;
use crate::app::{App, access_plan as use_case};
use crate::http::{conditional, fail};

/// Returns the plan for the next 48 hours, or 304 if the gateway has it. Either response may request a new
/// credential.
#[utoipa::path(
    get, path = "/gateway/v1/access-plan", tag = "gateway",
    security(("gateway" = []))
)]
pub async fn access_plan(
    State(app): State<App>,
    AuthenticatedGateway(garage, renewal): AuthenticatedGateway,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let plan = use_case::plan(&app, &garage).await?.ok_or_else(fail::not_found)?;
    let mut answer = conditional::json(&headers, &plan.etag, "no-cache", &plan.document);
    if renewal == GatewayTokenRenewal::Due {
        answer.headers_mut().insert(RENEWAL, HeaderValue::from_static(DUE));
    }
    Ok(answer)
}
