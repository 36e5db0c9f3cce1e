//! `GET /api/public/v3/parking-sites/{id}/history`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::public::SiteHistory;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::{CACHE_CONTROL, wrong};
use crate::app::public_sites::history::{self as use_case, HistoryPage};
use crate::app::{App, etag};
use crate::http::fail::storage_problem;
use crate::http::{conditional, fail};

/// `?limit=288&start=NEXT_ID`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryQuery {
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    start: Option<i64>,
}

#[utoipa::path(
    get, path = "/v3/parking-sites/{id}/history", tag = "public",
    params(("id" = i64, Path), HistoryQuery, ("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = SiteHistory, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn history(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
    ApiQuery(query): ApiQuery<HistoryQuery>,
) -> Result<Response, ProblemResponse> {
    let limit = query.limit.unwrap_or(use_case::USUAL);
    if !(1..=use_case::MOST).contains(&limit) {
        return Err(wrong("limit", &format!("limit must be 1 to {}", use_case::MOST)));
    }
    let page = HistoryPage { start: query.start, limit };
    let history =
        use_case::read(&app, id, page).await.map_err(storage_problem)?.ok_or_else(fail::not_found)?;
    Ok(conditional::json(&headers, &etag::weak(&history), CACHE_CONTROL, &history))
}
