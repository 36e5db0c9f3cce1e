//! A whole gateway between a real Mosquitto and a server that the tests play.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod alone;
mod box_itself;
mod broker_loss;
mod cameras;
mod client_id;
mod command_line;
mod controller;
mod decisions;
mod disk;
mod district;
mod doorman;
mod enrolment;
mod field;
mod field_mutation;
mod fire;
mod fire_inputs;
mod flood;
mod full_disk;
mod held_open;
mod machine;
mod network;
mod orders;
mod published;
mod refused;
mod replaced;
mod reversal;
mod self_test;
mod server_loss;
mod signs;
mod site;
mod state_flood;
mod stolen_box;
mod tls;
