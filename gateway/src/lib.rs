//! The edge process of one garage: decides at the gate, keeps what happened until the server has it.
//!
//! - [`config`]: what it is told
//! - `mqtt`: the broker's connection, the only file that names the client
//! - `event`, `refusals`, `pace`: messages parsed once, what becomes of those that make no sense, and of too many
//! - `driver`: devices of other makers, translated to the same events and back
//! - `garage`: plan, count and met events in memory, from which decisions are made
//! - `lane`: the loop from message to command to record
//! - `outbox`: store and forward on SQLite
//! - `answers`, `sign`: acknowledgements and open spaces to the broker
//! - `order`, `fire`: what opens without a car: an operator, a fire input
//! - `server`, `uplink`, `plan`: the way to the district's server and back
//! - `identity`: what the gateway proves itself with to the server
//! - `disk`: how much room is left
//! - `box_clock`: whether the box knows the time
//! - `watchdog`: a lane loop that hangs is started anew
//! - `metric`, `cause`: what is measured, and how an error is told
//! - [`self_test`]: whether all of this works on this box
//! - [`mosquitto`]: a broker's files from the same permissions
//!
//! [`run`] is one gateway; a process may run many.

mod answers;
mod box_clock;
mod cause;
pub mod config;
mod disk;
mod driver;
mod event;
mod fire;
mod garage;
mod identity;
mod lane;
mod metric;
pub mod mosquitto;
mod mqtt;
mod order;
mod outbox;
mod pace;
mod plan;
mod refusals;
mod run;
pub mod self_test;
mod server;
mod sign;
mod uplink;
mod watchdog;

pub use config::Config;
pub use identity::{EnrolError, FileError, IdentityError, enrol};
pub use outbox::OutboxError;
pub use run::{GatewayError, run};
pub use server::{CallError, ClientError};
