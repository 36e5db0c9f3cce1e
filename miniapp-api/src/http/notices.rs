//! What I am told about my reservations.

pub mod list;
pub mod read;
