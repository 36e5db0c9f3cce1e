//! The API from outside: real HTTP and real WebSockets, against a server that follows `protocol::people` and a fake WeChat.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod crowd;
mod door;
mod fake;
mod log_in;
mod pass_through;
mod phone;
mod process;
mod proxied;
mod reservations;
mod resume;
mod stream;
mod trouble;
mod world;
