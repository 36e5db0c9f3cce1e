//! The client of the server's `/internal/v1`: one function per route, each with a deadline and a counter.
//!
//! Every call carries the service token; calls for a person carry that person's session as well. Nothing is retried here: the
//! phone or the hub decides whether a retry makes sense.

mod call;
mod client;
mod error;
mod reservations;
mod routes;

pub use client::{ServerClient, ServerClientError, ServerClientSettings};
pub use error::ServerCallError;
