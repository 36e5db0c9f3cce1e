//! Rules of the repository that no compiler checks: which names may occur where, and that documents list what the code has.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod dependencies;
mod documents;
mod interfaces;
mod language;
mod layout;
mod modules;
mod names;
mod repository;
