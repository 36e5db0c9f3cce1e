//! `GET /api/public/v3/parking-sites/{id}`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::public::ParkingSite;
use service::http::{ApiPath, ProblemResponse};

use super::respond;
use crate::app::public_sites::document::FeedDocument;
use crate::app::{App, public_sites};
use crate::http::fail;
use crate::http::fail::storage_problem;

#[utoipa::path(
    get, path = "/v3/parking-sites/{id}", tag = "public",
    params(("id" = i64, Path), ("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = ParkingSite, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
) -> Result<Response, ProblemResponse> {
    let snapshot = public_sites::snapshot(&app).await.map_err(storage_problem)?;
    let site = snapshot.find(id).ok_or_else(fail::not_found)?;
    Ok(respond::document(&headers, &FeedDocument::new(site.json.to_vec())))
}
