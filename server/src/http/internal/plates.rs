//! A person's own plates.

pub(super) mod add;
pub(super) mod list;
pub(super) mod remove;
