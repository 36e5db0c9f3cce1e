//! Simulated gate controllers and cameras that speak real MQTT and HTTP through the same interfaces as real devices.
//!
//! - [`controller`]: one controller: keeps its events until they are acknowledged, opens its barrier at most once an event
//! - [`camera`]: cameras of other makes, on HTTP and MQTT
//! - [`traffic`]: a school's dismissal and the everyday traffic of public garages, for people to watch
//! - [`load`]: entries at a fixed rate with every latency, for benches and crash runs
//! - [`district`]: whole districts made of these
//! - [`invent`]: plates, families and teachers that do not exist
//!
//! Nothing here uses information that a device at a gate does not have.

pub mod camera;
pub mod controller;
pub mod district;
pub mod invent;
pub mod load;
mod mqtt;
#[cfg(test)]
mod peer;
pub mod traffic;
