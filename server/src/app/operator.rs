//! Operators: they see and correct the garages that they run, and no others.
//!
//! A garage that the operator does not run is "not found" (404), not "forbidden": the response does not reveal whether
//! it exists.

pub mod access_check;
pub mod account;
pub mod adjustment;
pub mod calendar;
pub mod confidence;
pub mod fire_end;
pub mod garages;
pub mod inventory;
pub mod log;
pub mod no_reading_shape;
pub mod open_order;
pub mod password;
mod reason;
pub mod reservation;
pub mod session;
pub mod sharing;
pub mod waiting_cars;

use std::sync::Arc;

use domain::ids::GarageId;
use domain::time::Timestamp;
use tokio::sync::Semaphore;

use super::attempts::{AttemptLimiter, AttemptLimits};
use crate::store::{StoreError, Tx, audit, operator};

/// Limits of wrong passwords of a user.
const WRONG_PASSWORDS: AttemptLimits = AttemptLimits { name_from: 5, from: 30, name: 100 };

/// State that all operators' log-ins share in one process.
#[derive(Clone)]
pub struct OperatorLogInState {
    attempts: Arc<AttemptLimiter>,
    /// Limits concurrent password hashes: each takes 19 MiB and some 20 ms of a core.
    hashing: Arc<Semaphore>,
    /// Whether browsers may send the session over plain HTTP.
    pub cookies: CookiePolicy,
}

impl Default for OperatorLogInState {
    fn default() -> Self {
        Self {
            attempts: Arc::new(AttemptLimiter::new(WRONG_PASSWORDS)),
            hashing: Arc::new(Semaphore::new(password::AT_ONCE)),
            cookies: CookiePolicy::HttpsOnly,
        }
    }
}

/// Where the session cookie may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookiePolicy {
    HttpsOnly,
    /// For a server whose own address is plain HTTP on the loopback: a trial or a test.
    LoopbackHttp,
}

/// The calling operator, proved by a live session.
#[derive(Debug, Clone)]
pub struct OperatorCaller {
    pub operator: String,
    token_hash: Vec<u8>,
}

/// Error of an operation on one garage.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    #[error("this operator runs no such garage")]
    NoSuchGarage,
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn require(tx: &mut Tx, caller: &OperatorCaller, garage: &GarageId) -> Result<(), OperatorError> {
    if operator::runs(tx, &caller.operator, garage).await? {
        Ok(())
    } else {
        Err(OperatorError::NoSuchGarage)
    }
}

async fn record(
    tx: &mut Tx,
    at: Timestamp,
    operator: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let entry = audit::AuditEntry { at, actor_kind: "operator", actor_id: operator, action, subject, detail };
    audit::append(tx, &entry).await
}
