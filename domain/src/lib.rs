//! The rules of shared parking as pure functions and values: no clock, no async, no I/O.
//!
//! - [`ids`]: names of garages, lanes, controllers, events
//! - [`time`]: the one instant type, local time of a garage, the `Clock` that callers pass in
//! - [`plate`]: number plates, normalised before they are compared
//! - [`window`]: recurring local times made absolute
//! - [`access`]: may this car in? The edge and the server call the same function
//! - [`occupancy`]: what a passage does to the count, and what may be published of it
//! - [`pickup`]: the life of an arrival from the gate to the hand-over
//! - [`name`]: personal names and their masked form

pub mod access;
pub mod ids;
pub mod name;
pub mod occupancy;
pub mod pickup;
pub mod plate;
pub mod time;
pub mod window;
