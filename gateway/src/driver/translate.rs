//! Converts a decoded message to the events of a native controller, and states which of them need a reply.

use std::time::Duration;

use devices::message::{
    DeviceHealth, InputState, LaneSignal, MessageContent, PlateReading, SignalKind, UnknownContent,
};
use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, ControllerStatus, EventKind, OPEN_TTL_MS, VERSION};

use super::EventNote;
use crate::config::{DeviceInputs, LaneConfig, ReadingRules};
use crate::event::is_possible;

/// A content of a message, in the form that the lane loop accepts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LaneMessage {
    Car {
        event: ControllerEvent,
        note: EventNote,
        waits: ReplyContext,
    },
    /// No car waits for a reply to it.
    Signal {
        event: ControllerEvent,
        note: EventNote,
    },
    Status(ControllerStatus),
    /// Not used by the lane loop; holds its kind.
    Other(&'static str),
    NotUnderstood(UnknownContent),
}

/// The device's behaviour after the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReplyContext {
    /// The car waits for the reply.
    pub is_live: bool,
    /// For a stored reading: the device sends the next one when the reply contains this number.
    pub resume_after: Option<i64>,
}

pub(super) fn lane_message(
    content: &MessageContent,
    lane: &LaneConfig,
    inputs: DeviceInputs,
    now: Timestamp,
) -> LaneMessage {
    match content {
        MessageContent::Reading(reading) => car(reading, lane.reading, now),
        MessageContent::Signal(signal) => match event_kind(signal, inputs) {
            Some(kind) => signal_event(signal, kind, now),
            None => LaneMessage::Other(signal_label(signal.kind)),
        },
        MessageContent::Health(health) => LaneMessage::Status(status(health, now)),
        MessageContent::NoReading(kind) => LaneMessage::Other(kind),
        MessageContent::NotUnderstood(unknown) => LaneMessage::NotUnderstood(unknown.clone()),
    }
}

/// Maps a signal to an event for the lane loop, if any. A pulse raises the fire alarm and counts one pass; only "off"
/// ends the alarm.
fn event_kind(signal: &LaneSignal, inputs: DeviceInputs) -> Option<EventKind> {
    match signal.kind {
        SignalKind::Passed => Some(EventKind::Pass),
        SignalKind::Reversed => Some(EventKind::Reversal),
        SignalKind::Tailgated => Some(EventKind::Tailgate),
        SignalKind::Stuck => Some(EventKind::Stuck),
        SignalKind::Free => Some(EventKind::Free),
        SignalKind::Input { number, state } if inputs.fire_input == Some(number) => match state {
            InputState::On | InputState::Pulse => Some(EventKind::Fire),
            InputState::Off => Some(EventKind::FireOver),
        },
        SignalKind::Input { number, state: InputState::On | InputState::Pulse }
            if inputs.loop_input == Some(number) =>
        {
            Some(EventKind::Pass)
        }
        SignalKind::Input { .. } | SignalKind::Barrier(_) => None,
    }
}

fn car(reading: &PlateReading, rules: ReadingRules, now: Timestamp) -> LaneMessage {
    let Ok(event_id) = EventId::parse(&reading.key) else {
        return without_id(true);
    };
    let (at, time_replaced) = possible(reading.occurred_at, now);
    let note = EventNote { time_replaced, is_pulse: false };
    // The car of a stored reading has gone, even if the reading is only a second old.
    let gone = Duration::from_millis(u64::from(OPEN_TTL_MS) + 1);
    let age = if reading.is_retransmission { now.since(at).max(gone) } else { Duration::ZERO };
    let worst = reading.confidence.worst_character.filter(|_| rules.by_worst_character);
    let event = ControllerEvent {
        v: VERSION,
        event_id,
        kind: EventKind::Plate,
        plate: reading.plate.clone().map(Into::into),
        confidence: worst.unwrap_or(reading.confidence.overall).percent(rules.scale),
        occurred_at: at,
        age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        related_event_id: None,
        vehicle: reading.vehicle,
    };
    let is_live = !reading.is_retransmission;
    let waits = ReplyContext { is_live, resume_after: reading.resume_after.filter(|_| !is_live) };
    LaneMessage::Car { event, note, waits }
}

fn signal_event(signal: &LaneSignal, kind: EventKind, now: Timestamp) -> LaneMessage {
    let Ok(event_id) = EventId::parse(&signal.key) else {
        return without_id(false);
    };
    let (at, time_replaced) = possible(signal.occurred_at, now);
    let is_pulse = matches!(signal.kind, SignalKind::Input { state: InputState::Pulse, .. });
    // A signal without a time does not indicate a wrong clock.
    let note = EventNote { time_replaced: time_replaced && signal.occurred_at.is_some(), is_pulse };
    let event = ControllerEvent {
        v: VERSION,
        event_id,
        kind,
        plate: None,
        confidence: 100,
        occurred_at: at,
        age_ms: 0,
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    };
    LaneMessage::Signal { event, note }
}

fn without_id(resembles_reading: bool) -> LaneMessage {
    let fault = "no event id can be made of the message".to_owned();
    LaneMessage::NotUnderstood(UnknownContent { fault, resembles_reading })
}

/// The device's time if it is plausible, else the time of receipt; and whether it was replaced.
fn possible(at: Option<Timestamp>, now: Timestamp) -> (Timestamp, bool) {
    match at.filter(|at| is_possible(*at, now)) {
        Some(at) => (at, false),
        None => (now, true),
    }
}

fn status(health: &DeviceHealth, now: Timestamp) -> ControllerStatus {
    ControllerStatus {
        v: VERSION,
        at: now,
        firmware: health.firmware.clone(),
        pending_events: health.stored_readings.unwrap_or(0),
        held_open: false,
    }
}

const fn signal_label(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Passed => "passed",
        SignalKind::Reversed => "reversed",
        SignalKind::Tailgated => "tailgated",
        SignalKind::Stuck => "stuck",
        SignalKind::Free => "free",
        SignalKind::Input { .. } => "input",
        SignalKind::Barrier(_) => "barrier",
    }
}

#[cfg(test)]
mod tests;
