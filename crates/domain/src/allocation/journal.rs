//! What a book has done since it was last asked: to be stored, told and counted.

use uuid::Uuid;

use super::entry::Entry;
use super::layout::PlateKey;
use crate::time::Timestamp;

/// Changes in the order of ids, each entry once, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    pub changed: Vec<Entry>,
    pub notices: Vec<Notice>,
    pub strikes: Vec<Strike>,
}

/// Something a person should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    pub person: Uuid,
    pub entry: Uuid,
    pub kind: NoticeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A space has come free for somebody who waits.
    Offer,
    OfferExpired,
    EndingSoon,
    Overstayed,
    NoShow,
    /// The operator has closed the spaces.
    Suspended,
    /// Waited until the start, in vain.
    NeverFree,
}

/// A broken promise, counted against the plate. Only the public gets strikes; parents, staff and residents get none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strike {
    pub entry: Uuid,
    pub plate: PlateKey,
    pub kind: StrikeKind,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StrikeKind {
    NoShow,
    Overstay,
}
