//! Common infrastructure of all binaries, without any knowledge of parking.
//!
//! - [`config`]: TOML files whose errors name the field at fault, and secrets that never appear in logs
//! - [`telemetry`]: logs and the Prometheus recorder
//! - [`readiness`]: named flags behind `/readyz`
//! - [`http`]: serving with limits, problem+json, metrics and a bounded drain
//! - [`shutdown`]: one token, cancelled by the first signal
//! - [`retry`]: the only back-off implementation
//! - [`text_file`]: files written by people
//! - [`private_files`]: files that their owner alone may read
//! - [`disk_space`]: free space of a disk
//! - [`decode_fault`]: errors of documents without the values in them
//! - [`build`]: version and revision
//! - [`token_buckets`]: rate limits by key
//! - [`clock`]: the only place that reads the system time

mod bind;
pub mod build;
pub mod clock;
pub mod config;
pub mod decode_fault;
pub mod disk_space;
mod field;
pub mod http;
pub mod private_files;
pub mod readiness;
pub mod retry;
pub mod shutdown;
pub mod telemetry;
pub mod text_file;
pub mod token_buckets;

pub use bind::{SocketBindError, bind};
pub use readiness::ProcessReadiness;
