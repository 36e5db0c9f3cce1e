//! `GET /api/public/v3/parking-sites`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use process::http::ProblemResponse;

use super::CACHE_CONTROL;
use super::query::Query;
use crate::app::{App, public_sites};
use crate::http::conditional;
use crate::http::input::ApiQuery;

/// All sites, or those that the query names.
pub async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    ApiQuery(query): ApiQuery<Query>,
) -> Result<Response, ProblemResponse> {
    query.check()?;
    let snapshot = public_sites::snapshot(&app).await?;
    // The tag of everything: two pages of one snapshot have different addresses and may share it.
    Ok(conditional::json(&headers, &snapshot.etag, CACHE_CONTROL, &query.page(&snapshot.sites)))
}
