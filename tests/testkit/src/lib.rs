//! The environment of our processes, for tests: real servers where possible, breakable ones where tests need faults.
//!
//! - [`authorization`]: which identity receives what, as a table that is a document too
//! - [`mosquitto`] and [`postgres`]: Debian's servers, each on a port and in a folder of its own
//! - [`disk`]: a disk that loses what was not synced
//! - [`mutation`]: messages of devices with one field damaged
//! - [`proxy`]: a TCP link that tests can cut, freeze and delay
//! - [`tls`]: a private certificate authority, and TLS in front of a process
//! - [`wechat`]: the two WeChat calls we make
//! - [`process`]: our own binaries, run from outside
//! - [`released`]: data of released versions
//! - [`wait`]: polling with a deadline; tests never sleep
//! - [`progress`]: lines that are visible while a test runs
//!
//! Everything here panics with a clear message on failure: a missing server fails a test and never
//! skips it. Only for dev-dependencies, benches and the crash harness.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

pub mod authorization;
pub mod disk;
mod log;
pub mod mosquitto;
pub mod mutation;
pub mod port;
pub mod postgres;
pub mod process;
pub mod progress;
pub mod proxy;
pub mod released;
pub mod signal;
pub mod tls;
pub mod wait;
pub mod wechat;
