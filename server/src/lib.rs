//! The district's server: commits gate events, keeps counts and arrivals, answers people and operators.
//!
//! - [`store`]: the main database; the only SQL
//! - [`app`]: use cases, one transaction each
//! - [`http`]: routes for gateways, `miniapp-api`, operators and the public

pub mod app;
pub mod http;
pub mod store;
