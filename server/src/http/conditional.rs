//! Responses with an `ETag`; 304 without a body for a client that has the current version.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::if_match::has_current;

/// Returns `body` as JSON, or 304 if `If-None-Match` names `etag`.
pub(super) fn json(
    request: &HeaderMap,
    etag: &str,
    cache_control: &'static str,
    body: &impl Serialize,
) -> Response {
    let headers = [(header::ETAG, etag.to_owned()), (header::CACHE_CONTROL, cache_control.to_owned())];
    if has_current(request, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Json(body)).into_response()
}
