//! What operators share of their garages: pools, windows, closures and rules, and the resulting week.
//!
//! Each change is one transaction that locks the garage's book, is audited and raises the book's version. If
//! reservations lose their space, the operator's choice decides: the change is refused, or they are cancelled in the
//! same transaction.
//!
//! - [`change`]: the common parts of all changes
//! - [`affected`]: reservations that lose their space
//! - [`windows`], [`closures`], [`pools`], [`rules`]: the use cases
//! - [`openings`]: the openings of a week
//! - [`wire`][]: responses

mod affected;
mod change;
pub mod closures;
pub mod openings;
pub mod pools;
pub mod rules;
pub mod windows;
mod wire;

use super::OperatorError;
use crate::app::idempotency::IdempotencyKeyReused;
use crate::app::invalid_field::InvalidField;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    #[error("this garage has no such window or closure")]
    NotFound,
    #[error("it has changed since it was read")]
    Changed,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    /// Windows that conflict.
    #[error("{0}")]
    Conflict(String),
    #[error("{number} reservations would lose their space")]
    Affected { number: usize },
    #[error("windows or reservations still use the pool `{0}`")]
    PoolInUse(String),
    #[error("`to` must be 0 to {} days after `from`, in the years 2000 to 2199", openings::MAX_DAYS - 1)]
    Range,
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for SharingError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Names the invalid field.
fn invalid(field: impl Into<String>, message: impl Into<String>) -> SharingError {
    SharingError::Invalid(InvalidField { field: field.into(), message: message.into() })
}
