//! HTTP for all processes: limits on every request, problem+json for every failure.

mod json;
#[cfg(feature = "openapi")]
pub mod openapi;
mod operational;
mod problem;
mod query;
mod serve;
mod stack;

pub use json::ApiJson;
pub use operational::operational_routes;
pub use problem::ProblemResponse;
pub use query::ApiQuery;
pub use serve::{serve, serve_with};
pub use stack::{HttpLimits, app};
