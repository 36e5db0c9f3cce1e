//! What operators share of their garages: pools, windows, closures, rules; and the week that follows.
//!
//! Each change is one transaction that holds the garage's book, is written to the audit log and raises the book's version.
//! Reservations that lose their space by it stop it, or are cancelled in the same transaction, as the operator says.
//!
//! - [`change`]: what all changes have in common
//! - [`affected`]: reservations that lose their space
//! - [`windows`], [`closures`], [`pools`], [`rules`]: the use cases
//! - [`openings`]: who owns which spaces when
//! - [`wire`][]: answers

mod affected;
mod change;
pub mod closures;
pub mod openings;
pub mod pools;
pub mod rules;
pub mod windows;
mod wire;

use super::OperatorError;
use crate::app::import::Invalid;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    #[error("this garage has no such window or closure")]
    NotFound,
    #[error("it has changed since it was read")]
    Changed,
    #[error("this key was used for something else")]
    KeyReused,
    /// Windows that cannot be together.
    #[error("{0}")]
    Conflict(String),
    #[error("{number} reservations would lose their space")]
    Affected { number: usize },
    #[error("windows or reservations still use the pool `{0}`")]
    PoolInUse(String),
    #[error("`to` must be 0 to {} days after `from`, in the years 2000 to 2199", openings::MAX_DAYS - 1)]
    Range,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for SharingError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Names the field at fault.
fn invalid(field: impl Into<String>, message: impl Into<String>) -> SharingError {
    SharingError::Invalid(Invalid { field: field.into(), message: message.into() })
}
