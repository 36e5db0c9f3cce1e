//! The whole system from outside, in both forms: one process, and separate processes on real Mosquitto and PostgreSQL.
//!
//! - [`phone`]: a person's HTTP and WebSocket

#![allow(clippy::expect_used, reason = "a harness that meets the unexpected has to stop and say so")]

pub mod phone;
