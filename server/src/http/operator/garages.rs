//! `GET /api/operator/v1/garages`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use service::http::ProblemResponse;

use super::caller::AuthenticatedOperator;
use crate::app::operator::garages as use_case;
use crate::app::{App, etag};
use crate::http::conditional;

/// The operator's garages as they are now, or 304.
#[utoipa::path(
    get, path = "/api/operator/v1/garages", tag = "operator",
    security(("operator" = []))
)]
pub async fn garages(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let garages = use_case::list(&app, &caller).await?;
    Ok(conditional::json(&headers, &etag::weak(&garages), "private, no-cache", &garages))
}
