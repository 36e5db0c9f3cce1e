//! Entity tags: equal content has the same tag on every replica.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::Serialize;

/// Kept characters of the hash: 96 bits distinguish any two responses.
const LENGTH: usize = 16;

/// A weak tag of a value's JSON, with its quotes.
pub fn weak(value: &impl Serialize) -> String {
    format!("W/{}", strong(value))
}

/// A weak tag of bytes, with its quotes.
pub fn weak_of(bytes: &[u8]) -> String {
    format!("W/{}", hash(bytes))
}

/// A strong tag, for resources that are changed with `If-Match`.
pub fn strong(value: &impl Serialize) -> String {
    // Our own types always serialise.
    hash(&serde_json::to_vec(value).unwrap_or_default())
}

fn hash(bytes: &[u8]) -> String {
    let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, bytes));
    format!("\"{}\"", hash.get(..LENGTH).unwrap_or(&hash))
}

/// Whether an `If-None-Match` header contains this tag. The comparison is weak, as RFC 9110 requires for GET.
/// `If-Match` is compared weakly, too: a proxy that compresses makes a strong tag weak, and the tag identifies the
/// content either way.
pub fn matches(if_none_match: &str, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if_none_match.trim() == "*" || if_none_match.split(',').any(|tag| opaque(tag) == opaque(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_has_the_same_tag() {
        assert_eq!(weak(&(1, "a")), weak(&(1, "a")));
        assert_ne!(weak(&(1, "a")), weak(&(2, "a")));
        assert!(weak(&1).starts_with("W/\""));
    }

    #[test]
    fn a_tag_is_found_in_a_list_and_through_proxies() {
        assert!(matches(r#""x", W/"abc""#, r#"W/"abc""#));
        assert!(matches(r#""abc""#, r#"W/"abc""#));
        assert!(matches("*", r#"W/"abc""#));
        assert!(!matches(r#""ab""#, r#"W/"abc""#));
    }
}
