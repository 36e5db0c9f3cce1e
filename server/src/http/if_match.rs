//! The versions of a resource that a caller knows.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::app::etag::EntityTags;

/// `If-Match`, if present; 400 for a header of another form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IfMatch(Option<EntityTags>);

impl IfMatch {
    pub(super) fn tags(&self) -> Option<&EntityTags> {
        self.0.as_ref()
    }

    /// For a request that replaces a whole resource; 428 without the header.
    pub(super) fn required(&self) -> Result<&EntityTags, ProblemResponse> {
        self.0.as_ref().ok_or_else(|| {
            let title = "If-Match header required, with the ETag last read";
            ProblemDetails::new(428, "if_match_missing", title).into()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Some(text) = joined(&parts.headers, &header::IF_MATCH) else { return Ok(Self(None)) };
        match EntityTags::parse(&text) {
            Some(tags) => Ok(Self(Some(tags))),
            None => Err(ProblemDetails::new(400, "invalid_if_match", "Invalid If-Match header").into()),
        }
    }
}

/// Whether `If-None-Match` names `etag`. A header of another form names nothing: the caller receives the whole response.
pub(super) fn has_current(headers: &HeaderMap, etag: &str) -> bool {
    let known = joined(headers, &header::IF_NONE_MATCH).and_then(|text| EntityTags::parse(&text));
    known.is_some_and(|tags| tags.contain(etag))
}

/// All lines of a header as one, as RFC 9110, 5.2, allows. A line that is not text stands as `?`, which is no tag.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request};

    use super::*;

    async fn read(lines: &[&[u8]]) -> Result<IfMatch, u16> {
        let (mut parts, ()) = Request::new(()).into_parts();
        for line in lines {
            parts.headers.append(header::IF_MATCH, HeaderValue::from_bytes(line).unwrap());
        }
        IfMatch::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.0.status)
    }

    #[tokio::test]
    async fn the_tags_of_all_lines_are_known() {
        let seen = read(&[b"\"a\"", b"W/\"b\", \"c\""]).await.unwrap();
        let tags = seen.required().unwrap();
        assert!(["\"a\"", "\"b\"", "\"c\""].iter().all(|tag| tags.contain(tag)));
        assert!(!tags.contain("\"d\""));
    }

    #[tokio::test]
    async fn a_header_of_another_form_is_refused_and_an_absent_one_is_not() {
        assert_eq!(read(&[b"abc"]).await, Err(400));
        assert_eq!(read(&[b""]).await, Err(400));
        assert_eq!(read(&[b"\"a\"", b"\"\xff\""]).await, Err(400));
        assert_eq!(read(&[]).await, Ok(IfMatch(None)));
        assert_eq!(IfMatch(None).required().map_err(|problem| problem.0.status).err(), Some(428));
    }

    #[test]
    fn a_damaged_if_none_match_gets_the_whole_response() {
        let with = |value: &str| HeaderMap::from_iter([(header::IF_NONE_MATCH, value.parse().unwrap())]);
        assert!(has_current(&with("\"x\", W/\"a\""), "\"a\""));
        assert!(!has_current(&with("a"), "\"a\""));
        assert!(!has_current(&HeaderMap::new(), "\"a\""));
    }
}
