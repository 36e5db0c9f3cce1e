//! Reservations: everything that takes a space of a garage, or waits for one, as its book decides.
//!
//! The rows with `live = 1` are the book's entries. Rows are written only by the allocator, which holds the garage's row of
//! `book` and raises its version with them.
//!
//! An offer to somebody who waited is `held` with the cause `from_waitlist`.

mod page;
mod read;
mod row;
mod write;

use domain::allocation::entry::Entry;
use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::{StoreError, word};

pub use page::{Before, of_garage, of_person};
pub use read::{KeyOf, by_ids, by_keys, live, live_garages};
pub use write::{insert, update};

/// A reservation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub garage: GarageId,
    pub entry: Entry,
    pub details: Details,
}

/// What is stored of an entry besides what its book knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub made_by: MadeBy,
    /// With what was asked for the entry.
    pub client_key: Option<String>,
    pub series: Option<String>,
    pub plate_enc: Option<Vec<u8>>,
    pub state_since: Timestamp,
    /// Rises with every change.
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MadeBy {
    Person(Uuid),
    Operator(String),
    /// A car that came in without a reservation.
    Gate,
    /// Who it was is forgotten.
    Forgotten,
}

impl MadeBy {
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
            Some(("p", id)) => Ok(Self::Person(word::uuid(COLUMN, id)?)),
            Some(("o", id)) => Ok(Self::Operator(id.to_owned())),
            _ if text == "gate" => Ok(Self::Gate),
            _ if text == "forgotten" => Ok(Self::Forgotten),
            _ => Err(StoreError::Corrupt { column: COLUMN }),
        }
    }
}
