//! Notices about the person's own reservations.

pub mod list;
pub mod read;
