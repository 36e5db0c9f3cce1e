//! The server from outside: its use cases, its HTTP interface and its stores, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[macro_use]
mod common;

mod access_plan;
mod allocation;
mod at_gate;
mod authorization;
mod calendar;
mod enrolment;
mod full_disk;
mod inventory;
mod lane_alarms;
mod open_order;
mod opening_hours;
mod operator;
mod people;
mod public;
mod purge;
mod readings;
mod released;
mod reservations_http;
mod reversal;
mod sharing_http;
mod store_machine;
mod store_sharing;
mod upgrade;
mod uplink;
mod world;
