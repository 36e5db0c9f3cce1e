//! The whole system from outside, in both forms: one process, and separate processes on real Mosquitto and PostgreSQL.
//!
//! - [`system`]: starts it, kills parts of it, stops it
//! - [`phone`], [`console`], [`sign`]: the system as people and guidance signs use it
//! - [`crash`]: kills parts of it under load
//! - [`fuzz`]: sends damaged messages to its parsers
//! - [`records`]: the contents of the database, for checks
//! - [`both_forms`]: one test for either form, on systems that tests share

#![allow(clippy::expect_used, reason = "a harness that meets the unexpected has to stop and say so")]

pub mod console;
pub mod crash;
pub mod district;
mod forms;
pub mod fuzz;
mod mqtt;
pub mod page_answers;
pub mod phone;
pub mod records;
pub mod sign;
pub mod system;

pub use forms::{run, shared};
pub use mqtt::{BrokerRefusal, MqttProbe};
