//! The rules of shared parking as pure functions and values: no clock, no async, no I/O.
//!
//! - [`ids`]: names of garages, lanes, controllers, events
//! - [`time`]: the one instant type, local time of a garage, the `Clock` that callers pass in
//! - [`plate`]: number plates, normalised before they are compared
//! - [`plate_likeness`]: the distance between a doubtful reading and a plate
//! - [`vehicle`]: details that a camera reports beside the plate's text
//! - [`calendar`]: the kind of each day and its effective weekday
//! - [`window`]: the days of the week on which a window starts
//! - [`minute`]: time in whole minutes, the unit of sharing
//! - [`audience`]: groups of users of shared spaces
//! - [`space`]: pools of spaces, and what closes them
//! - [`shared_window`]: recurring windows in which an audience may use spaces
//! - [`allocation`]: reservations, waiting list and cars inside: never more than there are spaces
//! - [`capacity`]: what one more car may take, for the book and for the gate
//! - [`access`]: whether a car may enter; the edge and the server call the same function
//! - [`fire`]: the fire alarm: which lanes a report opens, and who ends it
//! - [`lane_event`]: kinds of events at a lane, and the cars that they show before closed barriers
//! - [`occupancy`]: the effect of a passage on the count, and the published number of open spaces
//! - [`confidence`]: the confidence in a count, and its doubts
//! - [`inventory`]: compares an operator's walk through the garage with the visits
//! - [`device`]: makes and quirks of devices in lanes
//! - [`pickup`]: the life of an arrival from the gate to the hand-over
//! - [`reread`]: decides which of two readings of one car stands
//! - [`name`]: personal names and their masked form

pub mod access;
pub mod allocation;
pub mod audience;
pub mod calendar;
pub mod capacity;
pub mod confidence;
pub mod device;
pub mod fire;
pub mod ids;
pub mod inventory;
pub mod lane_event;
pub mod minute;
pub mod name;
pub mod occupancy;
pub mod pickup;
pub mod plate;
pub mod plate_likeness;
pub mod reread;
pub mod shared_window;
pub mod space;
pub mod time;
pub mod vehicle;
pub mod window;
