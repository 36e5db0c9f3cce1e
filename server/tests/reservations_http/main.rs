//! Reservations through the doors of people and operators: whole lives, every refusal, who may see and do what; on both
//! databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod entitlement;
mod life;
mod lists;
mod operators;
mod public;
mod refusals;
mod still_entitled;
mod world;
