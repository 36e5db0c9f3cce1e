//! `GET /api/public/v3/parking-sites`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use service::http::ProblemResponse;

use super::query::SiteQuery;
use super::respond;
use crate::app::{App, public_sites};
use crate::http::input::ApiQuery;

/// All sites from the cached document, or those that match the query.
#[utoipa::path(
    get, path = "/v3/parking-sites", tag = "public",
    security(())
)]
pub async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    ApiQuery(query): ApiQuery<SiteQuery>,
) -> Result<Response, ProblemResponse> {
    let search = query.checked()?;
    let snapshot = public_sites::snapshot(&app).await?;
    if search.is_everything() {
        return Ok(respond::document(&headers, &snapshot.list));
    }
    let page = search.page(&snapshot, raw.as_deref().unwrap_or_default());
    Ok(respond::document(&headers, &page))
}
