//! The cookie that holds an operator's session.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::App;
use crate::app::operator::CookiePolicy;
use crate::app::operator::session::TTL;

pub const NAME: &str = "operator_session";
const PATH: &str = "/api/operator";

/// Longer than any token of ours.
const MAX_TOKEN: usize = 256;

/// `Set-Cookie` for a session's token; `None` only if the token is not a valid header value.
pub fn set(app: &App, token: &str) -> Option<HeaderValue> {
    let secure = secure(app.operators.cookies);
    let age = TTL.as_secs();
    let cookie = format!("{NAME}={token}; Path={PATH}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// `Set-Cookie` that deletes the session's cookie.
pub(super) fn forget(app: &App) -> Option<HeaderValue> {
    let secure = secure(app.operators.cookies);
    let cookie = format!("{NAME}=; Path={PATH}; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

fn secure(cookies: CookiePolicy) -> &'static str {
    match cookies {
        CookiePolicy::HttpsOnly => "; Secure",
        CookiePolicy::LoopbackHttp => "",
    }
}

pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut tokens = pairs.filter(|(name, _)| *name == NAME).map(|(_, token)| token);
    tokens.find(|token| (1..=MAX_TOKEN).contains(&token.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let with = |value: &str| HeaderMap::from_iter([(header::COOKIE, value.parse().unwrap())]);
        assert_eq!(token(&with("lang=zh; operator_session=abc; x=y")), Some("abc"));
        assert_eq!(token(&with("other_operator_session=abc")), None);
        assert_eq!(token(&with("operator_session=")), None);
    }
}
