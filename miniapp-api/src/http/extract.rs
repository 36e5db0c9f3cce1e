//! The person's session from a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::refusal::MiniappApiError;
use crate::session::SessionToken;

/// The person's session from `Authorization: Bearer`; 401 without one.
#[derive(Debug)]
pub(super) struct BearerSession(pub SessionToken);

impl<S: Send + Sync> FromRequestParts<S> for BearerSession {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MiniappApiError> {
        SessionToken::from_headers(&parts.headers).map(Self).ok_or_else(MiniappApiError::unauthorized)
    }
}
