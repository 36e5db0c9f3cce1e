//! A person's notices about its reservations.

pub mod list;
pub mod read;
