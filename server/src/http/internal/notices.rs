//! What a person is told about its reservations.

pub mod list;
pub mod read;
