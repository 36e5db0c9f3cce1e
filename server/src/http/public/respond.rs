//! A document as a response: 304 for a client with the current version, compressed for a client that accepts it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::CACHE_CONTROL;
use crate::app::public_sites::document::FeedDocument;
use crate::http::if_match::has_current;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const VARY: HeaderValue = HeaderValue::from_static("accept-encoding");

/// `Vary` is present if the document has two encodings, with either encoding and with 304.
pub(super) fn document(request: &HeaderMap, document: &FeedDocument) -> Response {
    let is_known = has_current(request, &document.etag);
    let gzip = document.gzip.as_ref().filter(|_| !is_known && takes_gzip(request));
    let body = match gzip {
        _ if is_known => Body::empty(),
        Some(gzip) => Body::from(gzip.clone()),
        None => Body::from(document.json.clone()),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&document.etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    if document.gzip.is_some() {
        headers.insert(header::VARY, VARY);
    }
    if gzip.is_some() {
        headers.insert(header::CONTENT_ENCODING, GZIP);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    }
    response
}

/// Accepts `gzip` or `*` with a weight that is not 0; an explicit `gzip` takes precedence over `*`.
fn takes_gzip(request: &HeaderMap) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, None);
    for coding in values.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map(str::parse::<f32>);
        let takes = weight.is_none_or(|weight| weight.is_ok_and(|weight| weight > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            named = Some(takes);
        } else if name == "*" {
            any = Some(takes);
        }
    }
    named.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(accept: &'static str) -> bool {
        let value = HeaderValue::from_static(accept);
        takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for accept in ["gzip", "deflate, GZIP;q=0.5", "*", "br;q=1.0, *;q=0.1", "gzip, *;q=0"] {
            assert!(takes(accept), "{accept}");
        }
        for accept in ["", "identity", "br, deflate", "gzip;q=0", "gzip;q=0.0, *", "gzip;q=x", "*;q=0"] {
            assert!(!takes(accept), "{accept}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
