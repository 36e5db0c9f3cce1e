//! Changes of a book since the last call: entries to store, notices to send, strikes to count.

use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, ReservationId};

use super::entry::BookEntry;
use super::layout::PlateKey;
use crate::time::Timestamp;

/// `changed` is in order of ids and contains each entry once, in its current version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookJournal {
    pub changed: Vec<BookEntry>,
    pub notices: Vec<BookNotice>,
    pub strikes: Vec<BookStrike>,
}

/// A notification for the person of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookNotice {
    pub person: PersonId,
    pub entry: ReservationId,
    pub kind: DriverNoticeKind,
}

/// What a driver is notified of. The words are those of the API and of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DriverNoticeKind {
    /// A space became free for an entry of the waiting list.
    Offer,
    OfferExpired,
    EndingSoon,
    Overstayed,
    NoShow,
    /// The operator has closed the spaces.
    Suspended,
    /// No space became free until the start of the stay.
    NeverFree,
    /// The plate was blocked for its strikes. No book sends it: strikes are counted beyond one book's entries.
    Blocked,
}

/// A broken rule, counted against the plate. Only the public gets strikes; parents, staff and residents get none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookStrike {
    pub entry: ReservationId,
    pub plate: PlateKey,
    pub kind: BookStrikeKind,
    pub at: Timestamp,
}

/// The words are those of the operator's API and of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BookStrikeKind {
    NoShow,
    Overstay,
}
