//! The district's server: commits gate events, keeps counts and arrivals, serves people and operators.
//!
//! - [`context`]: database, keys and clock, which every use case needs
//! - [`app`]: use cases, one transaction each
//! - [`http`]: routes for gateways, `miniapp-api`, operators and the public
//! - [`jobs`]: timed jobs
//! - [`serve`]: the whole server as a part of a process, with its background tasks
//! - [`config`]: the configuration file of the binary

pub mod app;
mod background;
pub mod config;
pub mod context;
pub mod http;
pub mod jobs;
mod serve;

pub use serve::serve;
