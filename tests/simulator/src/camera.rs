//! Simulated cameras of other makes: they report a car in their make's format and follow the responses.
//!
//! - [`posting`]: cameras that post over HTTP and read the response
//! - [`barrier`]: the HTTP server on which such a camera takes opening requests, if the response does not open
//! - [`publishing`]: cameras that are clients of the garage's broker
//! - [`streaming`]: cameras from which a gateway requests a stream of events

pub mod barrier;
pub mod posting;
pub mod publishing;
pub mod streaming;

use domain::time::Timestamp;

/// A car as a camera reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraCar<'a> {
    /// `None`: the plate could not be read.
    pub plate: Option<&'a str>,
    /// Percent, for makes that report it.
    pub confidence: u8,
    /// By the camera's clock.
    pub at: Timestamp,
    /// The reading was kept because the camera had no connection.
    pub kept: bool,
}

impl<'a> CameraCar<'a> {
    /// A reading at `at` with high confidence.
    pub const fn at_the_gate(plate: &'a str, at: Timestamp) -> Self {
        Self { plate: Some(plate), confidence: 98, at, kept: false }
    }
}
