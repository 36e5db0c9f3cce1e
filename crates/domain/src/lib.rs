//! The rules of shared parking as pure functions and values: no clock, no async, no I/O.
//!
//! - [`ids`]: names of garages, lanes, controllers, events
//! - [`time`]: the one instant type, local time of a garage, the `Clock` that callers pass in
//! - [`plate`]: number plates, normalised before they are compared
//! - [`plate_likeness`]: how like a doubtful reading is to a plate
//! - [`vehicle`]: what a camera reports beside the plate's text
//! - [`calendar`]: what kind of day it is, and as which weekday it acts
//! - [`window`]: the days of the week on which a window starts
//! - [`minute`]: time to the minute, in which spaces are shared
//! - [`shared_window`]: who may use which spaces when
//! - [`allocation`]: reservations, waiting, cars inside: never more than there are spaces
//! - [`access`]: may this car in? The edge and the server call the same function
//! - [`occupancy`]: what a passage does to the count, and what may be published of it
//! - [`confidence`]: how far a count can be believed, and what it is doubted for
//! - [`inventory`]: an operator's walk through the garage, against the visits
//! - [`device`]: what stands in a lane
//! - [`pickup`]: the life of an arrival from the gate to the hand-over
//! - [`reread`]: two readings of one car, and which of them stands
//! - [`name`]: personal names and their masked form

pub mod access;
pub mod allocation;
pub mod calendar;
pub mod confidence;
pub mod device;
pub mod ids;
pub mod inventory;
pub mod minute;
pub mod name;
pub mod occupancy;
pub mod pickup;
pub mod plate;
pub mod plate_likeness;
pub mod reread;
pub mod shared_window;
pub mod time;
pub mod vehicle;
pub mod window;
