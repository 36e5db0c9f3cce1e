//! HTTP for all processes: limits on every request, problem+json for every failure.

mod json;
#[cfg(feature = "openapi")]
pub mod openapi;
mod operational;
mod path;
mod problem;
mod query;
mod serve;
mod stack;

pub use json::{ApiBytes, ApiJson};
pub use operational::operational_routes;
pub use path::ApiPath;
pub use problem::{ProblemResponse, unknown_resource};
pub use query::ApiQuery;
pub use serve::{serve, serve_with};
pub use stack::{HttpLimits, app};
