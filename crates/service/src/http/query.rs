//! The query string of a request, or a problem that names the parameter at fault.

use std::error::Error;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use protocol::problem::ProblemDetails;
use serde::de::{DeserializeOwned, value};

use super::ProblemResponse;
use crate::decode_fault::without_values;
use crate::field;

/// Use in place of `axum::extract::Query`: 400 `invalid_query` for a query string of another shape.
#[derive(Debug, Clone, Copy)]
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Query(asked) = Query::<T>::try_from_uri(&parts.uri).map_err(|rejection| wrong(&rejection))?;
        Ok(Self(asked))
    }
}

fn wrong(rejection: &QueryRejection) -> ProblemResponse {
    let mut problem = ProblemDetails::new(400, "invalid_query", "Invalid query parameter");
    match located(rejection) {
        Some(error) => {
            let message = error.inner().to_string();
            problem.field = field::full_path(error.path(), &message);
            problem.detail(without_values(&message)).into()
        }
        None => problem.detail(without_values(&rejection.body_text())).into(),
    }
}

/// Finds axum's deserialisation error, which contains the path, in the chain of causes.
fn located(rejection: &QueryRejection) -> Option<&serde_path_to_error::Error<value::Error>> {
    let first: &(dyn Error + 'static) = rejection;
    std::iter::successors(Some(first), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        DarkRed,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        colour: Colour,
        number: Option<u8>,
    }

    fn asked(query: &str) -> Result<Asked, ProblemDetails> {
        let uri = format!("/x?{query}").parse().unwrap();
        let parsed = Query::try_from_uri(&uri).map_err(|rejection| wrong(&rejection).0);
        parsed.map(|Query(asked)| asked)
    }

    #[test]
    fn a_wrong_query_is_a_400_that_names_the_parameter() {
        let cases = [
            ("colour=blue", "colour"),
            ("colour=dark_red&number=300", "number"),
            ("colour=dark_red&number=1&number=2", "number"),
            ("colour=dark_red&size=1", "size"),
            ("number=1", "colour"),
        ];
        for (query, field) in cases {
            let problem = asked(query).unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (400, "invalid_query"), "{query}");
            assert_eq!(problem.field.as_deref(), Some(field), "{query}: {problem:?}");
            assert!(problem.detail.is_some(), "{query}");
        }
    }

    #[test]
    fn no_problem_quotes_a_value() {
        let problem = asked("colour=B12345").unwrap_err();
        assert_eq!(problem.detail.as_deref(), Some("unknown variant, expected `dark_red`"));
    }

    #[test]
    fn what_is_right_is_read() {
        let Asked { colour: Colour::DarkRed, number } = asked("colour=dark_red&number=7").unwrap();
        assert_eq!(number, Some(7));
    }
}
