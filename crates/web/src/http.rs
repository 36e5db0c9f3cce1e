//! Serves the files. The browser always revalidates by entity tag: a new version shows at once, and an unchanged file costs one small
//! response. The content security policy restricts a page to its own origin.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::asset::EmbeddedAsset;

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// An asset with its entity tag, encoded at the start.
struct ServedAsset {
    asset: EmbeddedAsset,
    etag: String,
}

/// Every asset at its path. Two assets at one path are a panic at the start.
pub(crate) fn router(assets: Vec<EmbeddedAsset>) -> Router {
    assets.into_iter().fold(Router::new(), mount)
}

fn mount(router: Router, asset: EmbeddedAsset) -> Router {
    let path = asset.path();
    let served = Arc::new(ServedAsset { etag: asset.etag(), asset });
    router.route(&path, get(move |headers: HeaderMap| async move { answer(&served, &headers) }))
}

fn answer(served: &ServedAsset, asked: &HeaderMap) -> Response {
    let mut response = if has_it_already(asked, &served.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, served.asset.content_type())], served.asset.body().clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(etag) = HeaderValue::from_str(&served.etag) {
        headers.insert(header::ETAG, etag);
    }
    if served.asset.is_page() {
        guard_page(headers, asked);
    }
    response
}

fn guard_page(headers: &mut HeaderMap, asked: &HeaderMap) {
    if let Ok(policy) = HeaderValue::from_str(&content_policy(own_host(asked))) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(PERMISSIONS, HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
}

/// Older phone browsers do not match a WebSocket to the own host with `'self'`, so the policy contains the host.
fn content_policy(host: Option<&str>) -> String {
    let sockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{sockets}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// The request's `Host`, if it contains no character that could change the policy's meaning.
fn own_host(asked: &HeaderMap) -> Option<&str> {
    let host = asked.get(header::HOST)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.len() <= 255 && host.chars().all(plain)).then_some(host)
}

fn has_it_already(asked: &HeaderMap, etag: &str) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim())
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
