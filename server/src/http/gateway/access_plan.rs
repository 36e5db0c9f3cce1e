//! `GET /gateway/v1/access-plan`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use protocol::enrolment::{DUE, RENEWAL};
use protocol::uplink::AccessPlanDocument;
use service::http::ProblemResponse;

use super::caller::AuthenticatedGateway;
use crate::app::gateway_token::GatewayTokenRenewal;
use crate::app::{App, access_plan as use_case};
use crate::http::fail::storage_problem;
use crate::http::{conditional, fail};

/// Returns the plan for the next 48 hours, or 304 if the gateway has it. Either response may request a new
/// credential.
#[utoipa::path(
    get, path = "/gateway/v1/access-plan", tag = "gateway",
    params(("If-None-Match" = Option<String>, Header)), security(("gateway" = [])),
    responses(
        (status = 200, body = AccessPlanDocument, headers(("ETag" = String), ("gateway-credential" = Option<String>))),
        (status = 304, description = "Not changed"),
        (status = 404, description = "`not_found`"),
    )
)]
pub(super) async fn access_plan(
    State(app): State<App>,
    AuthenticatedGateway(garage, renewal): AuthenticatedGateway,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let plan = use_case::plan(&app, &garage).await.map_err(storage_problem)?.ok_or_else(fail::not_found)?;
    let mut answer = conditional::json(&headers, &plan.etag, "no-cache", &plan.document);
    if renewal == GatewayTokenRenewal::Due {
        answer.headers_mut().insert(RENEWAL, HeaderValue::from_static(DUE));
    }
    Ok(answer)
}
