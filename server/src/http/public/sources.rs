//! `GET /api/public/v3/sources` and `/sources/{id}`: who publishes, under which licence.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::public::{FeedSource, FeedSources};
use service::http::{ApiPath, ProblemResponse};

use super::respond;
use crate::app::public_sites::source::SOURCE_ID;
use crate::app::{App, public_sites};
use crate::http::fail;
use crate::http::fail::storage_problem;

#[utoipa::path(
    get, path = "/v3/sources", tag = "public",
    params(("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = FeedSources, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, ProblemResponse> {
    let snapshot = public_sites::snapshot(&app).await.map_err(storage_problem)?;
    Ok(respond::document(&headers, &snapshot.sources))
}

#[utoipa::path(
    get, path = "/v3/sources/{id}", tag = "public",
    params(("id" = i64, Path), ("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = FeedSource, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
) -> Result<Response, ProblemResponse> {
    if id != SOURCE_ID {
        return Err(fail::not_found());
    }
    let snapshot = public_sites::snapshot(&app).await.map_err(storage_problem)?;
    Ok(respond::document(&headers, &snapshot.source))
}
