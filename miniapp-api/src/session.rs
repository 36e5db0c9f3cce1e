//! A person's session token in transit: opaque here, checked by the server.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};

/// Tokens of the server are shorter; a longer header is refused without a request.
const LONGEST: usize = 256;

/// A token of the right form. No log and no `Debug` shows it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionToken(Arc<str>);

impl SessionToken {
    /// The characters of RFC 6750's `b68token`, which also fit into a WebSocket subprotocol name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= LONGEST;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        (fits && text.chars().all(plain)).then(|| Self(text.into()))
    }

    /// From `Authorization: Bearer`.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Self::parse(token.trim())).flatten()
    }

    /// For the request to the server.
    pub fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(***)")
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn only_plain_tokens_pass_and_none_shows() {
        for bad in ["", "a b", "a\n", "é", &"x".repeat(LONGEST + 1)] {
            assert!(SessionToken::parse(bad).is_none(), "{bad:?}");
        }
        let token = SessionToken::parse("s3cret").unwrap();
        assert!(!format!("{token:?} {:?}", token.header()).contains("s3cret"));
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        let with = |value: &'static str| {
            SessionToken::from_headers(&HeaderMap::from_iter([(
                header::AUTHORIZATION,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(with("bearer abc").is_some());
        assert!(with("Basic abc").is_none());
        assert!(with("abc").is_none());
    }
}
