//! `GET /gateway/v1/access-plan`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use process::http::ProblemResponse;

use super::caller::Gateway;
use crate::app::{App, access_plan as use_case};
use crate::http::{conditional, fail};

/// The plan for the next 48 hours, or 304 if the gateway has it.
pub async fn access_plan(
    State(app): State<App>,
    Gateway(garage): Gateway,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let plan = use_case::plan(&app, &garage).await?.ok_or_else(fail::not_found)?;
    Ok(conditional::json(&headers, &plan.etag, "no-cache", &plan.document))
}
