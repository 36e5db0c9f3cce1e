//! Decoding of device messages by the drivers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;
mod dahua;
mod hikvision;
mod huaxia;
mod makes;
mod mutations;
mod new_makes;
mod zhenshi;
