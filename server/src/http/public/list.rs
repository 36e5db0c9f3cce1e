//! `GET /api/public/v3/parking-sites`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::public::ParkingSites;
use service::http::{ApiQuery, ProblemResponse};

use super::query::SiteQuery;
use super::respond;
use crate::app::{App, public_sites};
use crate::http::fail::storage_problem;

/// All sites from the cached document, or those that match the query.
#[utoipa::path(
    get, path = "/v3/parking-sites", tag = "public",
    params(SiteQuery, ("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = ParkingSites, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    ApiQuery(query): ApiQuery<SiteQuery>,
) -> Result<Response, ProblemResponse> {
    let search = query.checked()?;
    let snapshot = public_sites::snapshot(&app).await.map_err(storage_problem)?;
    if search.is_everything() {
        return Ok(respond::document(&headers, &snapshot.list));
    }
    let page = search.page(&snapshot, raw.as_deref().unwrap_or_default());
    Ok(respond::document(&headers, &page))
}
