//! A whole gateway between a real Mosquitto and a server that the tests play.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod barrier;
mod broker_loss;
mod cameras;
mod client_id;
mod command_line;
mod controller;
mod decisions;
mod disk;
mod district;
mod fire;
mod orders;
mod refused;
mod reversal;
mod server_loss;
mod signs;
mod site;
