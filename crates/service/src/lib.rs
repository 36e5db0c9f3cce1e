//! What every binary of ours does the same way: nothing here knows about parking.
//!
//! - [`config`]: TOML files whose errors name the field at fault, and secrets that never show
//! - [`telemetry`]: logs and the Prometheus recorder
//! - [`readiness`]: named flags behind `/readyz`
//! - [`http`]: serving with limits, problem+json, metrics and a bounded drain
//! - [`shutdown`]: one token, cancelled by the first signal
//! - [`retry`]: the only back-off
//! - [`text_file`]: files that people write
//! - [`clock`]: the only place that asks the system for the time

mod bind;
pub mod clock;
pub mod config;
mod field;
pub mod http;
pub mod readiness;
pub mod retry;
pub mod shutdown;
pub mod telemetry;
pub mod text_file;

pub use bind::{BindError, bind};
pub use readiness::Readiness;
