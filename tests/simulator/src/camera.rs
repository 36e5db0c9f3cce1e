//! Cameras of other makes, played: they see a car, say so in their make's words, and do what they are told.
//!
//! - [`posting`]: those that post over HTTP and hear the answer
//! - [`barrier`]: the door at which such a one is asked to open, if the answer does not do it
//! - [`publishing`]: those that are clients of the garage's broker
//! - [`streaming`]: those that a gateway asks for a stream of events

pub mod barrier;
pub mod posting;
pub mod publishing;
pub mod streaming;

use domain::time::Timestamp;

/// A car as a camera sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Car<'a> {
    /// `None`: it could not be read.
    pub plate: Option<&'a str>,
    /// Percent, of a make that says so.
    pub confidence: u8,
    /// By the camera's clock.
    pub at: Timestamp,
    /// Seen while nobody could be told.
    pub kept: bool,
}

impl<'a> Car<'a> {
    /// Now, and read well.
    pub const fn at_the_gate(plate: &'a str, at: Timestamp) -> Self {
        Self { plate: Some(plate), confidence: 98, at, kept: false }
    }
}
