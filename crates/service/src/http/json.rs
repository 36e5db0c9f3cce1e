//! The body of a request: its bytes, or its JSON, or a problem that names the field at fault.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use protocol::problem::ProblemDetails;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::ProblemResponse;
use crate::field;

/// The body as it came, within the route's limit: 413 above it, 400 if the body cannot be read.
#[derive(Debug, Clone)]
pub struct ApiBytes(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for ApiBytes {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let body = Bytes::from_request(request, state).await;
        body.map(Self).map_err(|rejection| unreadable(&rejection))
    }
}

/// Use in place of `axum::Json` for every request body.
///
/// 415 without a JSON content type, 413 above the body limit, 400 for invalid JSON, 422 for JSON of another shape.
#[derive(Debug, Clone, Copy)]
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        if !is_json(request.headers()) {
            return Err(ProblemDetails::new(415, "not_json", "Content-Type must be application/json").into());
        }
        let ApiBytes(body) = ApiBytes::from_request(request, state).await?;
        parse(&body).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let subtype = subtype.to_ascii_lowercase();
    kind.eq_ignore_ascii_case("application") && (subtype == "json" || subtype.ends_with("+json"))
}

fn unreadable(rejection: &BytesRejection) -> ProblemResponse {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ProblemDetails::new(413, "body_too_large", "Request body too large").into()
        }
        _ => ProblemDetails::new(400, "body_unreadable", "Request body unreadable").into(),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ProblemResponse> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.inner();
        let message = inner.to_string();
        match inner.classify() {
            Category::Data => wrong_shape(field::full_path(error.path(), &message), message),
            Category::Syntax | Category::Eof | Category::Io => malformed(message),
        }
    })?;
    deserializer.end().map_err(|error| malformed(error.to_string()))?;
    Ok(value)
}

fn malformed(message: String) -> ProblemResponse {
    ProblemDetails::new(400, "malformed_json", "Request body is not valid JSON").detail(message).into()
}

fn wrong_shape(field: Option<String>, message: String) -> ProblemResponse {
    let mut problem =
        ProblemDetails::new(422, "invalid_body", "Invalid field in the request body").detail(message);
    problem.field = field;
    problem.into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Child {
        #[expect(dead_code, reason = "only its deserialization is tested")]
        class: u8,
    }

    #[derive(Debug, Deserialize)]
    struct Pupils {
        #[expect(dead_code, reason = "only its deserialization is tested")]
        children: Vec<Child>,
    }

    fn problem_of(body: &str) -> ProblemDetails {
        parse::<Pupils>(body.as_bytes()).unwrap_err().0
    }

    #[test]
    fn what_is_not_json_is_a_400() {
        for body in ["", "{", "nope", r#"{"children":[]} x"#] {
            let problem = problem_of(body);
            assert_eq!((problem.status, problem.code.as_str()), (400, "malformed_json"), "{body}");
        }
    }

    #[test]
    fn json_of_another_shape_is_a_422_that_names_the_field() {
        let cases = [
            (r#"{"children":[{"class":1},{"class":"x"}]}"#, Some("children[1].class")),
            (r#"{"children":[{}]}"#, Some("children[0].class")),
            (r#"{"children":[{"class":1,"shoe":2}]}"#, Some("children[0].shoe")),
            ("{}", Some("children")),
            ("7", None),
        ];
        for (body, field) in cases {
            let problem = problem_of(body);
            assert_eq!((problem.status, problem.field.as_deref()), (422, field), "{body}");
        }
    }

    #[test]
    fn json_is_recognised_by_its_content_type() {
        let with = |value: &str| HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]);
        assert!(is_json(&with("application/json; charset=utf-8")));
        assert!(is_json(&with("application/merge-patch+json")));
        assert!(!is_json(&with("text/plain")));
        assert!(!is_json(&HeaderMap::new()));
    }
}
