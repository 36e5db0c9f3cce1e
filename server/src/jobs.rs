//! What the server does by the clock.

pub mod calendar;
pub mod publish;
pub mod purge;
pub mod sweep;
