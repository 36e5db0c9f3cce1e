//! Reservations of people and operators: who may reserve what. Whether a space is free is decided by
//! [`super::allocation`].
//!
//! - [`wanted`]: a request's body, parsed
//! - [`entitled`]: own plates, own children's windows, permits
//! - [`reserve`], [`change`], [`own`], [`quote`], [`forecast`], [`notice`]: one use case each
//! - [`alternatives`]: alternatives to a full garage
//! - [`shown`]: a stored reservation in its wire form
//!
//! Another person's reservation is "not found", never "forbidden".

mod alternatives;
pub mod change;
mod entitled;
pub mod forecast;
pub mod notice;
mod openings;
pub mod own;
pub mod quote;
pub mod reserve;
pub mod shown;
pub mod wanted;

use domain::allocation::refusal::ReservationRefusal;
use domain::plate::PlateError;
use protocol::reservation::ReservationAlternatives;

use super::allocation::AllocationError;
use store::StoreError;
use store::seal::SealError;

pub use alternatives::AlternativesCache;

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
        refusal: ReservationRefusal,
        help: Option<Box<ReservationAlternatives>>,
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
            other @ (AllocationError::KeyReused(_) | AllocationError::Busy | AllocationError::Closing) => {
                Self::Allocation(other)
            }
        }
    }
}

impl From<ReservationRefusal> for ReservationError {
    fn from(refusal: ReservationRefusal) -> Self {
        AllocationError::from(refusal).into()
    }
}

impl From<SealError> for ReservationError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}
