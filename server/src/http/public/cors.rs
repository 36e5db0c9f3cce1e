//! Any page may read the feed. The headers are the same for every origin, so responses need no `Vary: Origin`.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// Headers that a page may send besides those that need no permission.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static("If-None-Match, Cache-Control, Content-Type");
const RESPONSE_HEADERS: HeaderValue = HeaderValue::from_static("ETag");
/// A day. Browsers repeat the preflight after two hours at the latest.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

/// Answers a preflight of any address itself.
pub(super) async fn open(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, preflight()).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
    response
}

fn preflight() -> HeaderMap {
    HeaderMap::from_iter([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        (header::ALLOW, METHODS),
    ])
}
