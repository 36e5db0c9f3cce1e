//! Released data stays readable, and data that this version may not use is refused with advice. On both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod frozen;
mod goes_on;
mod refused;
