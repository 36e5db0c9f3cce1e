//! The parameters of a path, or a problem.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::ProblemResponse;
use super::problem::unknown_resource;

/// Use in place of `axum::extract::Path`: a parameter that cannot be parsed names no resource, so the response is the
/// one for an unknown id: 404 `not_found`.
#[derive(Debug, Clone, Copy)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let parsed = Path::<T>::from_request_parts(parts, state).await;
        parsed.map(|Path(value)| Self(value)).map_err(|_| unknown_resource())
    }
}
