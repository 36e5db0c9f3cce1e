//! Wire types between our processes and to the outside. The only logic is how a repeated event is recognised.
//!
//! - [`alarm`]: alarms of a gateway and of its lanes
//! - [`mqtt`]: gate controllers and gateway
//! - [`enrolment`]: a gateway's first contact with the server, and its credential
//! - [`uplink`]: gateway to server
//! - [`order`]: remote openings, and ends of fire alarms
//! - [`at_gate`]: cars waiting at a closed barrier
//! - [`people`]: server, `miniapp-api` and phones
//! - [`operator`]: the operator console
//! - [`reservation`]: quotes, reservations, waiting list, forecasts of shared spaces
//! - [`alternatives`]: other times and garages when a garage is full
//! - [`calendar`]: holiday lists, school terms, the resulting days
//! - [`sharing`]: pools, windows, closures and rules of shared spaces
//! - [`public`]: the public open-space feed
//! - [`district`]: the import file of a district
//! - [`problem`]: the body of every HTTP error
//! - [`reading_identity`]: whether two events with one id are the same reading
//!
//! Fields are added, never renamed or reused; `golden/` holds one file per message and version.

pub mod alarm;
pub mod alternatives;
pub mod at_gate;
pub mod calendar;
pub mod district;
pub mod enrolment;
pub mod mqtt;
pub mod operator;
pub mod order;
pub mod people;
pub mod problem;
pub mod public;
pub mod reading_identity;
pub mod reservation;
pub mod sharing;
pub mod uplink;
