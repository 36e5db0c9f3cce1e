//! The header that identifies an attempt ([`crate::app::idempotency`]).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

pub(super) use crate::app::idempotency::IdempotencyKey;
use crate::app::idempotency::IdempotencyKeyReused;

const HEADER: &str = "idempotency-key";

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let key = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).and_then(Self::parse);
        Ok(key.ok_or_else(|| {
            ProblemDetails::new(
                400,
                "idempotency_key_missing",
                "Idempotency-Key header required (1 to 100 characters)",
            )
        })?)
    }
}

impl From<IdempotencyKeyReused> for ProblemDetails {
    fn from(_: IdempotencyKeyReused) -> Self {
        Self::new(409, "idempotency_key_reused", "Idempotency key already used for another request")
    }
}

impl From<IdempotencyKeyReused> for ProblemResponse {
    fn from(error: IdempotencyKeyReused) -> Self {
        ProblemDetails::from(error).into()
    }
}
