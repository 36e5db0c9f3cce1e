//! A person's notices about its reservations.

pub(super) mod list;
pub(super) mod read;
