//! Measures the system in release builds; `cargo xtask bench NAME` runs a bench.
//!
//! - [`arrival`]: a car from the gate to the teacher's phone
//! - [`allocate`]: reservations, beside PostgreSQL alone
//! - [`gateway`]: one gateway, beside the bare broker and a relay
//! - [`feed`]: the open-space feed, beside nginx

#![allow(clippy::expect_used, reason = "a harness that meets the unexpected has to stop and say so")]

pub mod allocate;
pub mod arrival;
pub mod feed;
pub mod gateway;
