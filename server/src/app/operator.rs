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

use domain::ids::GarageId;

use super::audit::AuditActor;
use store::{StoreError, Tx, operator};

pub use super::operator_log_in::{CookiePolicy, OperatorLogInState};

/// The calling operator, proved by a live session.
#[derive(Debug, Clone)]
pub struct OperatorCaller {
    pub operator: String,
    token_hash: Vec<u8>,
}

impl OperatorCaller {
    fn actor(&self) -> AuditActor<'_> {
        AuditActor::Operator(&self.operator)
    }
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
