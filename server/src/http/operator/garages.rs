//! `GET /api/operator/v1/garages`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::operator::GarageOverviews;
use service::http::ProblemResponse;

use super::caller::AuthenticatedOperator;
use crate::app::operator::garages as use_case;
use crate::app::{App, etag};
use crate::http::conditional;
use crate::http::fail::storage_problem;

/// The operator's garages as they are now, or 304.
#[utoipa::path(
    get, path = "/api/operator/v1/garages", tag = "operator",
    params(("If-None-Match" = Option<String>, Header)), security(("operator" = [])),
    responses(
        (status = 200, body = GarageOverviews, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn garages(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let garages = use_case::list(&app, &caller).await.map_err(storage_problem)?;
    Ok(conditional::json(&headers, &etag::weak(&garages), "private, no-cache", &garages))
}
