//! `Authorization: Bearer TOKEN`.

use axum::http::{HeaderMap, header};

/// Longer than any token of ours, so that a caller cannot make the server hash megabytes.
pub(super) const MAX_TOKEN: usize = 256;

pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let fits = (1..=MAX_TOKEN).contains(&token.len());
    (scheme.eq_ignore_ascii_case("bearer") && fits).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_one() {
        let with = |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(token(&with("bearer  abc ")), Some("abc"));
        assert_eq!(token(&with("Basic abc")), None);
        assert_eq!(token(&with("Bearer ")), None);
        assert_eq!(token(&with(&format!("Bearer {}", "x".repeat(MAX_TOKEN + 1)))), None);
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
