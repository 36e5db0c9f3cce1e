//! The whole system in one process, for one school or a trial: wiring, an embedded broker, and the demo.
//!
//! - [`broker`]: the MQTT broker
//! - [`assembly`]: gateways, server and mini-program API, connected over loopback sockets
//! - [`folder`]: the data folder with its lock and secrets
//! - [`demo`]: an invented district with simulated traffic and a log-in without passwords

pub mod assembly;
pub mod broker;
pub mod demo;
pub mod folder;
