//! What crosses a wire between our processes and to the world; types, and no logic but how an event is known again.
//!
//! - [`alarm`]: what an operator must look at, of a gateway and its lanes
//! - [`mqtt`]: gate controllers and the gateway
//! - [`enrolment`]: a gateway's first contact with the server, and its credential
//! - [`uplink`]: the gateway and the server
//! - [`order`]: an operator opens a barrier
//! - [`at_gate`]: cars before a barrier that has stayed down
//! - [`people`]: the server, `miniapp-api` and the phones
//! - [`operator`]: the operator console
//! - [`reservation`]: shared spaces: quotes, reservations, waiting, forecasts
//! - [`calendar`]: lists of holidays, schools' terms, the days that follow from them
//! - [`sharing`]: what operators share: pools, windows, closures, rules
//! - [`public`]: open spaces for everyone
//! - [`district`]: the file that fills a new district
//! - [`problem`]: every HTTP error
//! - [`reading_identity`]: when two events with one id are one reading
//!
//! Fields are added, never renamed or reused; `golden/` holds one file per message and version.

pub mod alarm;
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
