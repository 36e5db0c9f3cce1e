//! Rules of the repository that no compiler checks: which names may occur where, and that documents list what the code has.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod dependencies;
mod documents;
mod language;
mod layout;
mod modules;
mod names;
mod repository;
