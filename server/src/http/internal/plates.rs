//! A person's own plates.

pub mod add;
pub mod list;
pub mod remove;
