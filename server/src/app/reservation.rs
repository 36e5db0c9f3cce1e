//! Reservations of people and operators: who may reserve what. Whether a space is free is decided by
//! [`super::allocation`].
//!
//! - [`wanted`]: a request's body, parsed
//! - [`entitled`]: own plates, own children's windows, permits
//! - [`reserve`], [`change`], [`own`], [`quote`], [`forecast`], [`shared_garages`], [`notice`]: one use case each
//! - [`help`]: alternatives to a full garage
//! - [`shown`]: a stored reservation in its wire form
//!
//! Another person's reservation is "not found", never "forbidden".

pub mod change;
mod entitled;
pub mod forecast;
mod help;
pub mod notice;
mod openings;
pub mod own;
pub mod quote;
pub mod reserve;
pub mod shared_garages;
pub mod shown;
pub mod wanted;

use domain::allocation::refusal::Refusal;
use domain::plate::PlateError;
use protocol::reservation::Help;

use super::allocation::AllocationError;
use crate::store::StoreError;
use crate::store::seal::SealError;

pub use help::Remembered;

#[derive(Debug, thiserror::Error)]
pub enum ReservationError {
    #[error("{field}: {why}")]
    Field { field: &'static str, why: String },
    #[error("not a number plate")]
    Plate(#[source] PlateError),
    #[error("this is no plate of this person's")]
    NotYourPlate,
    #[error("this person may not reserve here as this audience")]
    NotEntitled,
    #[error("there is no such garage")]
    NoSuchGarage,
    #[error("the cursor is invalid")]
    Cursor,
    #[error("refused")]
    Refused {
        #[source]
        refusal: Refusal,
        help: Option<Box<Help>>,
    },
    #[error("no such reservation of this person's")]
    NotFound,
    /// The tag of `If-Match` is not the current one.
    #[error("the reservation has changed since it was read")]
    Changed,
    #[error("not possible now")]
    Allocation(#[source] AllocationError),
    #[error("the reservation could not be read")]
    Store(#[from] StoreError),
}

impl From<AllocationError> for ReservationError {
    fn from(error: AllocationError) -> Self {
        match error {
            AllocationError::Refused(refusal) => Self::Refused { refusal, help: None },
            AllocationError::NotFound => Self::NotFound,
            AllocationError::NoSuchGarage => Self::NoSuchGarage,
            AllocationError::Changed => Self::Changed,
            AllocationError::Store(error) => Self::Store(error),
            other @ (AllocationError::KeyReused | AllocationError::Busy | AllocationError::Closing) => {
                Self::Allocation(other)
            }
        }
    }
}

impl From<Refusal> for ReservationError {
    fn from(refusal: Refusal) -> Self {
        AllocationError::from(refusal).into()
    }
}

impl From<SealError> for ReservationError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}
