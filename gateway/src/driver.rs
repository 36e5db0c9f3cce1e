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

use std::collections::BTreeSet;

use devices::told::{Message, Told};
use domain::device::Quirk;
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
    Noticed { lane: Lane, notice: Notice },
    Refused(Refusal),
}

/// What a device's messages show of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notice {
    pub quirks: BTreeSet<Quirk>,
    /// Its clock less the gateway's.
    pub clock_ahead_ms: Option<i64>,
}

impl Notice {
    pub fn of(message: &Message, now: Timestamp) -> Self {
        let live = |told: &Told| match told {
            Told::Car(reading) if !reading.kept => reading.occurred_at,
            _ => None,
        };
        let clock_ahead_ms = message.told.iter().find_map(live).map(|at| ahead_ms(at, now));
        Self { quirks: message.quirks.clone(), clock_ahead_ms }
    }

    pub fn is_empty(&self) -> bool {
        self.quirks.is_empty() && self.clock_ahead_ms.is_none()
    }
}

/// How far a device's clock is ahead of the gateway's; negative: behind.
pub(crate) const fn ahead_ms(device: Timestamp, now: Timestamp) -> i64 {
    device.micros().saturating_sub(now.micros()) / 1_000
}

/// When it happened, if the device's clock says something possible.
fn possible(at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    at.filter(|at| crate::event::is_possible(*at, now)).unwrap_or(now)
}
