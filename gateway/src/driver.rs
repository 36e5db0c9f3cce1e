//! Devices of other makes (decisions 11 and 17): what they send becomes what a native controller would have published, and the lane loop's
//! answer goes back in the make's form.
//!
//! - `desk`: requests that wait for the answer to their event
//! - `translate`: from a decoded message to events of the lane loop
//! - `place`: which lane a message belongs to
//! - `door`: the address where devices post
//! - `published`: devices that publish on the garage's broker
//! - `stream`: devices whose events the gateway reads
//! - `last`: the last car of a lane, of which a camera may report several results
//! - `device_http`, `opener`: requests to devices, and the one that opens the barrier

mod desk;
mod device_http;
mod door;
mod last;
mod opener;
mod place;
mod published;
mod stream;
mod translate;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use devices::message::{DeviceMessage, MessageContent};
use domain::device::Quirk;
use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::alarm::{LaneAlarmKind, MessageShape};
use protocol::mqtt::{ControllerEvent, DeviceStatus, RejectCode};
use tokio::sync::oneshot;

use crate::config::Lane;

pub(crate) use desk::Desk;
pub(crate) use door::Door;
pub(crate) use last::LastCars;
pub(crate) use opener::{Opener, Openers};
pub(crate) use published::Cameras;
pub(crate) use stream::EventStreams;
pub(crate) use translate::unread_message;

/// From a device to the lane loop.
#[derive(Debug)]
pub(crate) enum FromDevice {
    Event {
        lane: Lane,
        event: ControllerEvent,
        at: Instant,
        note: EventNote,
    },
    Status {
        lane: Lane,
        status: DeviceStatus,
    },
    Noticed {
        lane: Lane,
        notice: Notice,
    },
    NotUnderstood {
        lane: Lane,
        message: Box<UnreadMessage>,
        verdict: Option<oneshot::Sender<UnreadVerdict>>,
    },
    Alarm {
        lane: Lane,
        kind: LaneAlarmKind,
        detail: String,
    },
    AlarmEnded {
        lane: Lane,
        kind: LaneAlarmKind,
    },
    /// What became of a request to open; `counts` if a confirmed opening counts a car.
    Opening {
        lane: Lane,
        reading: EventId,
        counts: bool,
        result: Result<(), String>,
    },
}

/// What the event itself does not carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EventNote {
    /// The device's time cannot be; the time of receipt replaces it.
    pub time_replaced: bool,
    /// An input that was on and off again: no "off" will follow.
    pub is_pulse: bool,
}

/// A message of a lane's own device that was not understood.
#[derive(Debug)]
pub(crate) struct UnreadMessage {
    pub code: RejectCode,
    /// One sentence that names the field at fault.
    pub fault: String,
    pub shape: MessageShape,
    /// Of the whole message.
    pub digest: String,
    /// Its first bytes, for the dead letter.
    pub excerpt: Vec<u8>,
    /// A native event's id, as far as it could be read.
    pub event_id: Option<String>,
    pub at: Instant,
    /// The broker kept it, or it is too old: no car waits for it.
    pub is_stale: bool,
}

/// What a post that was not understood is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnreadVerdict {
    OpenAfter(Duration),
    StaysShut,
}

/// What a device's messages show of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notice {
    pub quirks: BTreeSet<Quirk>,
    /// Its clock less the gateway's.
    pub clock_ahead_ms: Option<i64>,
}

impl Notice {
    pub fn of(message: &DeviceMessage, now: Timestamp) -> Self {
        let live = |content: &MessageContent| match content {
            MessageContent::Reading(reading) if !reading.is_retransmission => reading.occurred_at,
            _ => None,
        };
        let at = message.contents.iter().find_map(live);
        let mut quirks = message.quirks.clone();
        if at.is_some_and(|at| !crate::event::is_possible(at, now)) {
            quirks.insert(Quirk::ImplausibleTime);
        }
        Self { quirks, clock_ahead_ms: at.map(|at| ahead_ms(at, now)) }
    }

    pub fn is_empty(&self) -> bool {
        self.quirks.is_empty() && self.clock_ahead_ms.is_none()
    }
}

/// How far a device's clock is ahead of the gateway's; negative: behind.
pub(crate) const fn ahead_ms(device: Timestamp, now: Timestamp) -> i64 {
    device.micros().saturating_sub(now.micros()) / 1_000
}
