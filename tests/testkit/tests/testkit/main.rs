//! The test helpers themselves: real brokers, databases and processes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod mosquitto;
mod postgres;
mod process;
mod proxy;
mod wechat;
