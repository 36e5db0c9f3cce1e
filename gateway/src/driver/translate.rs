//! From what a device told to what a native controller would say, and from a decision to a reply in the device's words.

use std::time::Duration;

use devices::told::{Health, Message, Reading, Signal, Told, Unreadable, What};
use devices::{dahua, hikvision, huaxia, zhenshi};
use domain::access::{Decision, display_text};
use domain::ids::{DeviceId, EventId};
use domain::occupancy::Direction;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, DeviceStatus, EventKind, OPEN_TTL_MS, VERSION};
use serde_json::Value;

use super::possible;
use crate::config::{Dialect, Inputs, Posting};
use crate::event::Refusal;

/// What a device has said that concerns the lane.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Car(ControllerEvent, Asks),
    /// Nobody waits for an answer to it.
    Signal(ControllerEvent),
    Status(DeviceStatus),
    /// Nothing for the lane loop; what it was.
    Other(&'static str),
}

impl Said {
    /// As an event that came by the broker is checked.
    pub fn checked(self, device: &DeviceId, body: &[u8], now: Timestamp) -> Result<Self, Box<Refusal>> {
        Ok(match self {
            Self::Car(event, asks) => Self::Car(Refusal::check(event, device, body, now)?, asks),
            Self::Signal(event) => Self::Signal(Refusal::check(event, device, body, now)?),
            other @ (Self::Status(_) | Self::Other(_)) => other,
        })
    }
}

/// What the device does after the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asks {
    /// The car waits for the answer.
    pub live: bool,
    /// Of a reading that it had kept: it sends the next one when it is told that this one has arrived.
    pub next: Option<i64>,
}

/// `path`: to which it was posted. `name`: one for this request, for what has none of its own.
pub(super) fn read(posting: &Posting, path: &str, body: &[u8], name: &str) -> Result<Message, Unreadable> {
    match posting.dialect {
        Dialect::Zhenshi => zhenshi::http::parse(body, name),
        Dialect::Huaxia => huaxia::parse(body),
        Dialect::Hikvision => hikvision::parse(body),
        Dialect::Dahua => match dahua::Kind::of_path(path) {
            Some(kind) => dahua::parse(kind, body),
            None => Err(Unreadable::NotA("an address to which this make posts")),
        },
    }
}

/// `last`: the car that the lane has seen last.
pub(super) fn said(told: &Told, inputs: Inputs, last: Option<&EventId>, now: Timestamp) -> Said {
    match told {
        Told::Car(reading) => car(reading, now),
        Told::Lane(signal) => match kind(signal, inputs) {
            Some(kind @ EventKind::Pass) => event(signal, kind, last, now),
            Some(kind) => event(signal, kind, None, now),
            None => Said::Other(word(signal.what)),
        },
        Told::Alive(health) => Said::Status(status(health, now)),
        Told::Nothing(what) => Said::Other(what),
    }
}

/// What the signal is for the lane loop, if anything.
fn kind(signal: &Signal, inputs: Inputs) -> Option<EventKind> {
    match signal.what {
        What::Passed => Some(EventKind::Pass),
        What::Reversed => Some(EventKind::Reversal),
        What::Tailgated => Some(EventKind::Tailgate),
        What::Stuck => Some(EventKind::Stuck),
        What::Free => Some(EventKind::Free),
        What::Input { number, on } if inputs.fire_input == Some(number) => {
            Some(if on { EventKind::Fire } else { EventKind::FireOver })
        }
        What::Input { number, on: true } if inputs.loop_input == Some(number) => Some(EventKind::Pass),
        _ => None,
    }
}

fn car(reading: &Reading, now: Timestamp) -> Said {
    let Ok(event_id) = EventId::parse(&reading.key) else {
        return Said::Other("a reading without a possible name");
    };
    let occurred_at = possible(reading.occurred_at, now);
    // A car that was kept for later has gone, even if that was a second ago.
    let age = if reading.kept {
        now.since(occurred_at).max(Duration::from_millis(u64::from(OPEN_TTL_MS) + 1))
    } else {
        Duration::ZERO
    };
    let event = ControllerEvent {
        v: VERSION,
        event_id,
        kind: EventKind::Plate,
        plate: reading.plate.clone(),
        confidence: reading.confidence,
        occurred_at,
        age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        of: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    };
    Said::Car(event, Asks { live: !reading.kept, next: reading.next.filter(|_| reading.kept) })
}

fn event(signal: &Signal, kind: EventKind, of: Option<&EventId>, now: Timestamp) -> Said {
    let Ok(event_id) = EventId::parse(&signal.key) else {
        return Said::Other("a signal without a possible name");
    };
    Said::Signal(ControllerEvent {
        v: VERSION,
        event_id,
        kind,
        plate: None,
        confidence: 100,
        occurred_at: possible(signal.occurred_at, now),
        age_ms: 0,
        of: of.cloned(),
        vehicle: domain::vehicle::VehicleDetails::default(),
    })
}

fn status(health: &Health, now: Timestamp) -> DeviceStatus {
    DeviceStatus {
        v: VERSION,
        at: now,
        firmware: health.firmware.clone(),
        pending_events: health.kept.unwrap_or(0),
        held_open: false,
    }
}

const fn word(what: What) -> &'static str {
    match what {
        What::Passed => "passed",
        What::Reversed => "reversed",
        What::Tailgated => "tailgated",
        What::Stuck => "stuck",
        What::Free => "free",
        What::Input { .. } => "input",
        What::Barrier(_) => "barrier",
    }
}

/// The answer to a car. `None`: the barrier stays as it is.
pub(super) fn reply(
    dialect: Dialect,
    decision: Option<Decision>,
    asks: Asks,
    direction: Direction,
    now: Timestamp,
) -> Value {
    let open = asks.live && decision.is_some_and(Decision::opens);
    let say = decision.filter(|_| asks.live).map(|decision| display_text(decision, direction, now));
    match dialect {
        Dialect::Zhenshi => zhenshi::http::Reply { open, go_on_after: asks.next, say }.body(),
        Dialect::Huaxia => huaxia::Reply { open }.body(),
        Dialect::Hikvision | Dialect::Dahua => heard(dialect),
    }
}

/// The answer to everything else.
pub(super) fn heard(dialect: Dialect) -> Value {
    match dialect {
        Dialect::Zhenshi => zhenshi::http::Reply::default().body(),
        Dialect::Huaxia => huaxia::Reply::default().body(),
        Dialect::Hikvision => Value::Null,
        Dialect::Dahua => dahua::reply(),
    }
}

#[cfg(test)]
#[path = "translate_tests.rs"]
mod tests;
