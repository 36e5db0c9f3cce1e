//! The whole system, in one process and in several.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod afternoon;
mod arrival;
mod authorization;
mod config;
mod crash;
mod doors;
mod enrolment;
mod faults;
mod interfaces;
mod operator;
mod pages;
mod readme;
mod released;
mod reserved;
mod rush;
mod scene;
mod wechat;
