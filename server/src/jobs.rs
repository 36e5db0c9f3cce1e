//! Timed jobs of the server.

pub mod calendar;
pub mod publish;
pub mod purge;
pub mod sweep;
