//! Reservations: all entries of a garage's book, which take a space or wait for one.
//!
//! The rows with `live = 1` are the book's entries. Only the allocator writes rows. It holds the garage's row of
//! `book` and raises its version in the same transaction.
//!
//! An offer to a person on the waiting list is `held` with the cause `from_waitlist`.

mod page;
mod read;
mod row;
mod write;

use domain::allocation::entry::BookEntry;
use domain::ids::{GarageId, PersonId};
use domain::time::Timestamp;

use super::{StoreError, codec};

pub use page::{ReservationPageCursor, of_garage, of_person};
pub use read::{ClientReservationKey, by_ids, by_keys, live, live_garages};
pub use write::{insert, update};

/// A stored reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReservation {
    pub garage: GarageId,
    pub entry: BookEntry,
    pub details: ReservationDetails,
}

/// The stored data of an entry that its book does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationDetails {
    pub made_by: ReservationCreator,
    /// Idempotency key of the request that created the entry.
    pub client_key: Option<String>,
    pub series: Option<String>,
    pub plate_enc: Option<Vec<u8>>,
    pub state_since: Timestamp,
    /// Rises with every change.
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReservationCreator {
    Person(PersonId),
    Operator(String),
    /// A car that came in without a reservation.
    Gate,
    /// The author's identity was purged.
    Forgotten,
}

impl ReservationCreator {
    fn text(&self) -> String {
        match self {
            Self::Person(id) => format!("p:{id}"),
            Self::Operator(id) => format!("o:{id}"),
            Self::Gate => "gate".to_owned(),
            Self::Forgotten => "forgotten".to_owned(),
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        const COLUMN: &str = "reservation.made_by";
        match text.split_once(':') {
            Some(("p", id)) => Ok(Self::Person(codec::id(COLUMN, id)?)),
            Some(("o", id)) => Ok(Self::Operator(id.to_owned())),
            _ if text == "gate" => Ok(Self::Gate),
            _ if text == "forgotten" => Ok(Self::Forgotten),
            _ => Err(StoreError::Corrupt { column: COLUMN }),
        }
    }
}
