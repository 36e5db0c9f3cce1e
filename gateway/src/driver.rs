//! Drivers for devices of other makes (decisions 11 and 17). A driver converts a device's message to the event that a
//! native controller would publish, and the lane loop's reply to the make's format.
//!
//! - `desk`: HTTP requests that wait for the reply to their event
//! - `translate`: converts a decoded message to events of the lane loop
//! - `place`: finds the lane of a message
//! - `door`: the HTTP endpoint to which devices post
//! - `published`: devices that publish on the garage's broker
//! - `stream`: devices whose event stream the gateway reads
//! - `last`: the last car of each lane; a camera may report several results for it
//! - `device_http`, `opener`: requests to devices, and the request that opens the barrier

mod device_http;
mod device_post;
mod lane_device;
mod last_car;
mod opener;
mod pending_reply;
mod published;
mod stream;
mod translate;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use devices::message::{DeviceMessage, MessageContent};
use domain::device::DeviceQuirk;
use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::{ControllerEvent, ControllerStatus};
use tokio::sync::oneshot;

use crate::config::LaneConfig;
use crate::unrecognized::UnrecognizedMessage;

pub(crate) use device_post::DevicePostEndpoint;
pub(crate) use last_car::LastCars;
pub(crate) use opener::{DeviceOpener, DeviceOpeners};
pub(crate) use pending_reply::PendingReplies;
pub(crate) use published::BrokerCameras;
pub(crate) use stream::LaneEventStreams;

/// A message from a device's driver to the lane loop.
#[derive(Debug)]
pub(crate) enum DriverMessage {
    Event {
        lane: LaneConfig,
        event: ControllerEvent,
        at: Instant,
        note: EventNote,
    },
    Status {
        lane: LaneConfig,
        status: ControllerStatus,
    },
    Noticed {
        lane: LaneConfig,
        notice: DeviceObservation,
    },
    NotUnderstood {
        lane: LaneConfig,
        message: Box<UnrecognizedMessage>,
        verdict: Option<oneshot::Sender<UnrecognizedMessageReply>>,
    },
    Alarm {
        lane: LaneConfig,
        kind: LaneAlarmKind,
        detail: String,
    },
    AlarmEnded {
        lane: LaneConfig,
        kind: LaneAlarmKind,
    },
    /// Result of an open request. `counts`: a confirmed opening counts a car.
    Opening {
        lane: LaneConfig,
        reading: EventId,
        counts: bool,
        result: Result<(), String>,
    },
}

/// Facts about an event that the event itself does not carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EventNote {
    /// The device's time was implausible; the time of receipt replaces it.
    pub time_replaced: bool,
    /// The input was on and off again: no "off" follows.
    pub is_pulse: bool,
}

/// Reply to a post that was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnrecognizedMessageReply {
    OpenAfter(Duration),
    StaysShut,
}

/// Quirks and clock offset observed in a device's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeviceObservation {
    pub quirks: BTreeSet<DeviceQuirk>,
    /// The device's clock minus the gateway's.
    pub clock_ahead_ms: Option<i64>,
}

impl DeviceObservation {
    pub(crate) fn of(message: &DeviceMessage, now: Timestamp) -> Self {
        let live = |content: &MessageContent| match content {
            MessageContent::Reading(reading) if !reading.is_retransmission => reading.occurred_at,
            _ => None,
        };
        let at = message.contents.iter().find_map(live);
        let mut quirks = message.quirks.clone();
        if at.is_some_and(|at| !crate::event::is_possible(at, now)) {
            quirks.insert(DeviceQuirk::ImplausibleTime);
        }
        Self { quirks, clock_ahead_ms: at.map(|at| ahead_ms(at, now)) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.quirks.is_empty() && self.clock_ahead_ms.is_none()
    }
}

/// How far a device's clock is ahead of the gateway's; negative: behind.
pub(crate) const fn ahead_ms(device: Timestamp, now: Timestamp) -> i64 {
    device.micros().saturating_sub(now.micros()) / 1_000
}
