//! What people may do with the server: store contracts, use cases and HTTP, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod api;
mod commands;
mod district;
mod drivers;
mod feed;
mod guardians;
mod halls;
mod import;
mod secrecy;
mod sessions;
mod store_arrivals;
mod store_people;
mod teachers;
