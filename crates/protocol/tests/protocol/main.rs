//! The wire formats against golden files, and topics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod golden;
mod topics;
