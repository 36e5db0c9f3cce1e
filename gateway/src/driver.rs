//! Devices of other makers (decision 11): what they post becomes what a native controller would have published, and the lane loop's
//! answer goes back as they hear it.
//!
//! - `desk`: who waits for an answer
//! - `translate`: from what was told to events, and from a decision to a reply
//! - `door`: the address where they post
//! - `published`: those that publish on the garage's broker
//! - `last`: the car that a lane's camera has told last
//! - `opener`: the request that opens the barrier, where the answer cannot

mod desk;
mod door;
mod last;
mod opener;
mod published;
mod translate;

use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, DeviceStatus};

use crate::config::Lane;
use crate::event::Refusal;

pub(crate) use desk::Desk;
pub(crate) use door::Door;
pub(crate) use opener::Openers;
pub(crate) use published::Cameras;

/// From a device to the lane loop.
#[derive(Debug)]
pub(crate) enum FromDevice {
    Event { lane: Lane, event: ControllerEvent, at: std::time::Instant },
    Status { lane: Lane, status: DeviceStatus },
    Refused(Refusal),
}

/// When it happened, if the device's clock says something possible.
fn possible(at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    at.filter(|at| crate::event::is_possible(*at, now)).unwrap_or(now)
}
