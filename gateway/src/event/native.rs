//! Reads an event field by field that does not have the documented form.

use std::time::{Duration, Instant};

use devices::confidence::{ConfidenceScale, ReadingConfidence};
use devices::make::InboundMessage;
use devices::message::{MessageContent, UnknownContent};
use devices::native::{NativeAge, NativeEventFields, event_fields, not_understood};
use domain::device::{DeviceQuirk, NATIVE_MAKE};
use domain::ids::EventId;
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, EventKind, OPEN_TTL_MS, RejectCode, VERSION};

use super::{MAX_PLATE, MessageFault, OLDEST, ParsedEvent, is_possible, refusal};
use crate::config::LaneConfig;
use crate::unrecognized::{UnrecognizedMessage, unread_message};

/// `fault` is the reason why the event is not correct. If the readable fields form an event, it is accepted, and the
/// fault becomes a dead letter.
pub(super) fn event(
    inbound: &InboundMessage<'_>,
    lane: &LaneConfig,
    fault: MessageFault,
) -> Result<ParsedEvent, Box<UnrecognizedMessage>> {
    let Some(fields) = event_fields(inbound) else { return Err(unread(inbound, fault, None)) };
    let sent_id = fields.event_id.clone();
    match parsed(&fields, lane, inbound.received_at) {
        Some(parsed) if is_harmless(&fields, &fault) => Ok(parsed),
        Some(parsed) => Ok(with_letter(parsed, inbound, lane, fault)),
        None => Err(unread(inbound, fault, sent_id)),
    }
}

fn parsed(fields: &NativeEventFields, lane: &LaneConfig, now: Timestamp) -> Option<ParsedEvent> {
    if fields.version.is_some_and(|version| version != i64::from(VERSION)) {
        return None;
    }
    let event_id = EventId::parse(fields.event_id.as_deref()?).ok()?;
    let kind: EventKind = serde_json::from_value(fields.kind.clone()?.into()).ok()?;
    if !kind.is_from_controller() {
        return None;
    }
    let age = age(fields.age, lane.direction);
    let told = fields.occurred_at.filter(|at| is_possible(*at, now));
    let confidence = fields.confidence.map_or(100, |told| told.overall.percent(lane.reading.scale));
    let mut quirks = fields.quirks.clone();
    if told.is_none() {
        quirks.insert(DeviceQuirk::ImplausibleTime);
    }
    let event = ControllerEvent {
        v: VERSION,
        event_id,
        kind,
        plate: fields.plate.clone().filter(|plate| plate.chars().count() <= MAX_PLATE).map(Into::into),
        confidence,
        // The age is subtracted, so that the event has the same time each time it is sent.
        occurred_at: told.unwrap_or(now - age),
        age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        related_event_id: fields.of.as_deref().and_then(|of| EventId::parse(of).ok()),
        vehicle: fields.vehicle,
    };
    let device_time = fields.occurred_at.unwrap_or(event.occurred_at);
    Some(ParsedEvent { event, device_time, time_replaced: told.is_none(), quirks, faults: Vec::new() })
}

/// An unreadable age may be any age: at an entry the event opens nothing, at an exit it opens.
fn age(age: NativeAge, direction: LaneDirection) -> Duration {
    match (age, direction) {
        (NativeAge::Absent, _) | (NativeAge::Unreadable, LaneDirection::Out) => Duration::ZERO,
        (NativeAge::Unreadable, LaneDirection::In) => Duration::from_millis(u64::from(OPEN_TTL_MS) + 1),
        (NativeAge::Ms(ms), _) => Duration::from_millis(ms).min(OLDEST),
    }
}

/// Accepts a confidence with decimals.
fn is_harmless(fields: &NativeEventFields, fault: &MessageFault) -> bool {
    let is_readable = |confidence: ReadingConfidence| confidence.overall.percent(ConfidenceScale::Auto) > 0;
    fault.detail.starts_with("`confidence`") && fields.confidence.is_some_and(is_readable)
}

/// The dead letter has no event id, because the event itself is acknowledged.
fn with_letter(
    mut parsed: ParsedEvent,
    inbound: &InboundMessage<'_>,
    lane: &LaneConfig,
    fault: MessageFault,
) -> ParsedEvent {
    // A byte order mark or a trailing NUL alone is no fault; only the quirk is recorded.
    let is_text_only = fault.code == RejectCode::NotJson && !parsed.quirks.is_empty();
    if !is_text_only {
        let fault = MessageFault { event_id: None, ..fault };
        parsed.faults.push(*refusal(Some(lane.device.clone()), true, fault, inbound.body));
    }
    parsed
}

fn unread(
    inbound: &InboundMessage<'_>,
    fault: MessageFault,
    event_id: Option<String>,
) -> Box<UnrecognizedMessage> {
    let decoded = not_understood(inbound, &fault.detail);
    let resembles_reading = decoded.contents.iter().any(|content| {
        matches!(content, MessageContent::NotUnderstood(UnknownContent { resembles_reading: true, .. }))
    });
    let unknown = UnknownContent { fault: fault.detail, resembles_reading };
    let mut message = unread_message(NATIVE_MAKE, (inbound, &decoded), (unknown, fault.code), Instant::now());
    message.event_id = event_id.or(fault.event_id);
    message
}
