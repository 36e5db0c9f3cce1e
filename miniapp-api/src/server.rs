//! The client of the server's `/internal/v1`, with a deadline and a counter for each call: one function per route that this
//! process uses itself, and one that passes a person's request on.
//!
//! Every call carries the service token; calls for a person carry that person's session as well. Nothing is retried here: the
//! phone or the hub decides whether a retry makes sense.

mod call;
mod client;
mod error;
mod proxied;
mod routes;

pub use call::ServerReply;
pub use client::{ServerClient, ServerClientError, ServerClientSettings};
pub use error::ServerCallError;
pub use proxied::ProxiedRequest;
