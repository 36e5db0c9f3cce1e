//! Timed jobs of the server: each calls a use case of [`crate::app`] again and again.

pub mod calendar;
pub mod publish;
pub mod purge;
pub mod sweep;
