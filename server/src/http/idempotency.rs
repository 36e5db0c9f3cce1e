//! The header that identifies an attempt, so that a repetition has no second effect.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

const HEADER: &str = "idempotency-key";

/// Longest key: a UUID has 36 characters.
const MAX: usize = 100;

/// `Idempotency-Key`, 1 to 100 visible characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // `to_str` takes visible ASCII only.
        let key = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).map(str::trim);
        let key = key.filter(|key| (1..=MAX).contains(&key.len())).ok_or_else(|| {
            ProblemDetails::new(
                400,
                "idempotency_key_missing",
                "Idempotency-Key header required (1 to 100 characters)",
            )
        })?;
        Ok(Self(key.to_owned()))
    }
}
