//! Decoding of device messages by the drivers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;
mod dahua;
mod hikvision;
mod huaxia;
mod makes;
mod mutations;
mod new_makes;
mod zhenshi;
