//! What the server does by the clock.

pub mod calendar;
pub mod purge;
pub mod sweep;
