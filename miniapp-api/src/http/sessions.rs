//! Logging in and out.

pub mod close;
pub mod open;
