//! `GET /api/public/v3/parking-sites/{id}`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use process::http::ProblemResponse;

use super::CACHE_CONTROL;
use crate::app::{App, public_sites};
use crate::http::input::ApiPath;
use crate::http::{conditional, fail};

pub async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
) -> Result<Response, ProblemResponse> {
    let snapshot = public_sites::snapshot(&app).await?;
    let site = snapshot.sites.iter().find(|site| site.id == id).ok_or_else(fail::not_found)?;
    Ok(conditional::json(&headers, &snapshot.etag, CACHE_CONTROL, site))
}
