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

/// The tags of an `If-Match` or `If-None-Match` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`
    Any,
    /// Opaque tags with their quotes; the mark of a weak tag is left out.
    Listed(Vec<String>),
}

impl EntityTags {
    /// Parses the form of RFC 9110, 8.8.3 and 13.1: `*`, or tags in quotes with commas between them, and no other text.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim_matches(is_between);
        while !rest.is_empty() {
            let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
            let (tag, after) = opaque.split_once('"')?;
            let next = after.trim_start_matches([' ', '\t']);
            if tag.contains(char::is_whitespace) || !(next.is_empty() || next.starts_with(',')) {
                return None;
            }
            tags.push(format!("\"{tag}\""));
            rest = next.trim_start_matches(is_between);
        }
        (!tags.is_empty()).then_some(Self::Listed(tags))
    }

    /// Whether this tag is one of them. The comparison is weak, as RFC 9110 requires for GET. `If-Match` is compared weakly,
    /// too: a proxy that compresses makes a strong tag weak, and the tag identifies the content either way.
    pub fn contain(&self, etag: &str) -> bool {
        let opaque = etag.strip_prefix("W/").unwrap_or(etag);
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| tag == opaque),
        }
    }
}

/// Blanks and commas between tags; RFC 9110, 5.6.1, allows empty elements of a list.
fn is_between(c: char) -> bool {
    matches!(c, ' ' | '\t' | ',')
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

    fn is_named(header: &str, etag: &str) -> Option<bool> {
        EntityTags::parse(header).map(|tags| tags.contain(etag))
    }

    #[test]
    fn a_tag_is_found_in_a_list_and_through_proxies() {
        assert_eq!(is_named(r#""x", W/"abc""#, r#"W/"abc""#), Some(true));
        assert_eq!(is_named(r#""abc""#, r#"W/"abc""#), Some(true));
        assert_eq!(is_named(r#"W/"abc""#, r#""abc""#), Some(true));
        assert_eq!(is_named(r#" ,"x" ,, "abc", "#, r#""abc""#), Some(true));
        assert_eq!(is_named(" * ", r#"W/"abc""#), Some(true));
        assert_eq!(is_named(r#""ab""#, r#"W/"abc""#), Some(false));
    }

    #[test]
    fn a_comma_and_a_star_may_be_part_of_a_tag() {
        assert_eq!(is_named(r#""a,b""#, r#""a,b""#), Some(true));
        assert_eq!(is_named(r#""a,b""#, r#""b""#), Some(false));
        assert_eq!(is_named(r#""*""#, r#""abc""#), Some(false));
    }

    #[test]
    fn a_text_of_another_form_names_nothing() {
        for wrong in
            ["", ",", "abc", "\"abc", "W/abc", "w/\"abc\"", "\"a\" \"b\"", "\"a\"b", "*, \"a\"", "\"a b\""]
        {
            assert_eq!(EntityTags::parse(wrong), None, "{wrong}");
        }
    }
}
