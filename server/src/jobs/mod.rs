//! What the server does by the clock.

pub mod purge;
