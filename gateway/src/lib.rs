//! The edge process of one garage: it decides at the gate, and keeps events until the server has acknowledged them.
//!
//! - [`config`]: the configuration file and its checks
//! - `mqtt`: the broker's connection; the only file that names the MQTT client
//! - `inbound`: one queue per sender between the broker and the lane loop
//! - `event`, `refusals`, `pace`, `state_pace`: parses each message once, limits dead letters and the rate of events,
//!   merges reports of a state
//! - `driver`: devices of other makes, translated to the same events and back
//! - `garage`: plan, count and registered events in memory, the input of decisions
//! - `lane`: the loop from message to command to record
//! - `outbox`: store and forward on SQLite
//! - `acknowledgement`, `sign`: publish acknowledgements and open spaces
//! - `order`, `fire`: openings without a car: by an operator, in a fire
//! - `server`, `uplink`, `plan`: the connection to the district's server in both directions
//! - `identity`: the gateway's credential for the server
//! - `disk`: free disk space
//! - `box_clock`: whether the box's clock can be trusted
//! - `watchdog`: restarts a gateway whose lane loop hangs
//! - `metric`, `cause`: metrics, and the format of errors
//! - [`self_test`]: checks all of this on the box
//! - [`mosquitto`]: a broker's files from the same permissions
//!
//! [`run()`] is one gateway; a process may run many.

mod acknowledgement;
mod box_clock;
mod cause;
pub mod config;
mod credential;
mod disk;
mod driver;
mod event;
mod fire;
mod garage;
mod identity;
mod inbound;
mod lane;
mod last_will;
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
mod state_pace;
mod unrecognized;
mod uplink;
mod watchdog;

pub use config::GatewayConfig;
pub use credential::{BoxEnrolmentError, enrol};
pub use identity::{BoxIdentityError, CredentialFileError};
pub use outbox::OutboxError;
pub use run::{GatewayError, run};
pub use server::{DistrictServerError, ServerClientBuildError};
