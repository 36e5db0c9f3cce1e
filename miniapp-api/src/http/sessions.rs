//! Logging in and out.

pub(super) mod close;
pub(super) mod open;
