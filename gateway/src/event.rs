//! Parses a controller's message once. Every event behind this module has a known device and plausible values.
//!
//! A correct event takes the short way. Any other is read field by field (`native`): an unreadable field is left out,
//! and a dead letter names it. Only a message that is no event is not understood.

mod native;

use std::collections::BTreeSet;
use std::time::Duration;

use devices::make::InboundMessage;
use domain::device::DeviceQuirk;
use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, ControllerStatus, MAX_EVENT_BYTES, MqttTopic, RejectCode, VERSION};
use protocol::uplink::DeadLetter;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::LaneConfig;
use crate::unrecognized::UnrecognizedMessage;

/// A controller that was without a network for longer has lost its stored events; an older time is a wrong clock.
const OLDEST: Duration = Duration::from_secs(40 * 24 * 3600);
/// A controller's clock may run ahead, or lack its time zone, by this much.
const NEWEST: Duration = Duration::from_secs(24 * 3600);
/// Maximum characters; the longest real plate with colour and separators has 12.
const MAX_PLATE: usize = 32;
/// Maximum bytes of a rejected payload that are shown to an operator.
const EXCERPT: usize = 256;
/// Maximum characters of an error's detail.
const DETAIL: usize = 200;

/// A message of a known controller.
#[derive(Debug)]
pub(crate) enum ControllerMessage<'a> {
    Event(&'a LaneConfig, Box<ParsedEvent>),
    Status(&'a LaneConfig, ControllerStatus),
    NotUnderstood(&'a LaneConfig, Box<UnrecognizedMessage>),
}

/// An event with the faults found in it.
#[derive(Debug)]
pub(crate) struct ParsedEvent {
    pub event: ControllerEvent,
    /// The time that the device sent, even if it is implausible.
    pub device_time: Timestamp,
    /// The device's time is implausible; `occurred_at` is the gateway's time minus the event's age.
    pub time_replaced: bool,
    pub quirks: BTreeSet<DeviceQuirk>,
    /// Dead letters for fields that were left out.
    pub faults: Vec<RejectedMessage>,
}

/// A rejected message and all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RejectedMessage {
    /// From the topic; `None` if the topic names no device.
    pub device: Option<DeviceId>,
    /// Whether the device belongs to this garage, so that it can receive a reply.
    pub known: bool,
    pub event_id: Option<String>,
    pub letter: DeadLetter,
}

/// Parser of the messages of one garage's controllers.
#[derive(Debug, Clone)]
pub(crate) struct MessageIntake {
    garage: GarageId,
    lanes: Vec<LaneConfig>,
}

/// The reason for a rejection, with the event id as far as it was readable.
#[derive(Debug)]
struct MessageFault {
    code: RejectCode,
    detail: String,
    event_id: Option<String>,
}

impl MessageFault {
    fn new(code: RejectCode, detail: impl Into<String>) -> Self {
        let detail = detail.into().chars().filter(|c| !c.is_control()).take(DETAIL).collect();
        Self { code, detail, event_id: None }
    }

    fn of(self, event_id: Option<&str>) -> Self {
        Self { event_id: event_id.map(|id| id.chars().take(EventId::MAX).collect()), ..self }
    }
}

impl MessageIntake {
    pub(crate) const fn new(garage: GarageId, lanes: Vec<LaneConfig>) -> Self {
        Self { garage, lanes }
    }

    /// `now` is the gateway's clock. An error is a message that is stored for an operator and has no other effect: it
    /// comes from no lane's device, or is a damaged heartbeat.
    pub(crate) fn parse(
        &self,
        topic: &str,
        payload: &[u8],
        now: Timestamp,
    ) -> Result<ControllerMessage<'_>, Box<RejectedMessage>> {
        let (is_event, device) = match MqttTopic::parse(topic) {
            Ok(MqttTopic::Event(garage, device)) if garage == self.garage => (true, device),
            Ok(MqttTopic::Status(garage, device)) if garage == self.garage => (false, device),
            _ => {
                let fault =
                    MessageFault::new(RejectCode::UnknownTopic, format!("not a topic of ours: {topic}"));
                return Err(refusal(None, false, fault, payload));
            }
        };
        let Some(lane) = self.lanes.iter().find(|lane| lane.device == device) else {
            let detail = format!("`{device}` is the controller of no lane here");
            let fault =
                MessageFault::new(RejectCode::UnknownDevice, detail).of(event_id_of(payload).as_deref());
            return Err(refusal(Some(device), false, fault, payload));
        };
        if !is_event {
            let status = object(payload).and_then(typed);
            let status = status.map(|status| ControllerMessage::Status(lane, status));
            return status.map_err(|fault| refusal(Some(device), true, fault, payload));
        }
        Ok(match correct(payload, now) {
            Ok(event) => ControllerMessage::Event(lane, Box::new(ParsedEvent::correct(event))),
            Err(fault) => {
                let inbound = InboundMessage {
                    address: "event",
                    method: "POST",
                    content_type: None,
                    body: payload,
                    is_truncated: payload.len() > MAX_EVENT_BYTES,
                    received_at: now,
                    arrival: "",
                };
                match native::event(&inbound, lane, fault) {
                    Ok(parsed) => ControllerMessage::Event(lane, Box::new(parsed)),
                    Err(unread) => ControllerMessage::NotUnderstood(lane, unread),
                }
            }
        })
    }
}

impl ParsedEvent {
    const fn correct(event: ControllerEvent) -> Self {
        let device_time = event.occurred_at;
        Self { event, device_time, time_replaced: false, quirks: BTreeSet::new(), faults: Vec::new() }
    }
}

fn refusal(
    device: Option<DeviceId>,
    known: bool,
    fault: MessageFault,
    payload: &[u8],
) -> Box<RejectedMessage> {
    let excerpt = payload.get(..EXCERPT).unwrap_or(payload);
    let letter = DeadLetter {
        code: fault.code,
        detail: fault.detail,
        excerpt: String::from_utf8_lossy(excerpt).into_owned(),
    };
    Box::new(RejectedMessage { device, known, event_id: fault.event_id, letter })
}

fn event_id_of(payload: &[u8]) -> Option<String> {
    let object = object(payload).ok()?;
    object.get("event_id")?.as_str().map(str::to_owned)
}

/// Parses JSON of the right size and version.
fn object(payload: &[u8]) -> Result<Value, MessageFault> {
    if payload.len() > MAX_EVENT_BYTES {
        return Err(MessageFault::new(
            RejectCode::TooLarge,
            format!("the payload has more than {MAX_EVENT_BYTES} bytes"),
        ));
    }
    let value: Value =
        serde_json::from_slice(payload).map_err(|e| MessageFault::new(RejectCode::NotJson, e.to_string()))?;
    if !value.is_object() {
        return Err(MessageFault::new(RejectCode::Field, "the payload must be a JSON object"));
    }
    let event_id = value.get("event_id").and_then(Value::as_str).map(str::to_owned);
    match value.get("v") {
        None => Ok(value),
        Some(v) if v.as_u64() == Some(u64::from(VERSION)) => Ok(value),
        Some(v) if v.is_number() => {
            let detail = format!("`v` must be {VERSION}, is {v}");
            Err(MessageFault::new(RejectCode::UnsupportedVersion, detail).of(event_id.as_deref()))
        }
        Some(_) => Err(MessageFault::new(RejectCode::Field, "`v` must be a number").of(event_id.as_deref())),
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, MessageFault> {
    let event_id = value.get("event_id").and_then(Value::as_str).map(str::to_owned);
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let detail = match path.as_str() {
            "." => error.inner().to_string(),
            field => format!("`{field}`: {}", error.inner()),
        };
        MessageFault::new(RejectCode::Field, detail).of(event_id.as_deref())
    })
}

/// Parses an event in the documented form.
fn correct(payload: &[u8], now: Timestamp) -> Result<ControllerEvent, MessageFault> {
    let event: ControllerEvent = typed(object(payload)?)?;
    let fault = |code, detail: &str| Err(MessageFault::new(code, detail).of(Some(event.event_id.as_str())));
    if !event.kind.is_from_controller() {
        return fault(RejectCode::Field, "`kind` is not one that a controller sends");
    }
    if event.confidence > 100 {
        return fault(RejectCode::Field, "`confidence` must be 0 to 100");
    }
    // Without a bound, the age would put the event before the year 0, which no record can represent.
    if Duration::from_millis(event.age_ms) > OLDEST {
        return fault(RejectCode::ImpossibleTime, "`age_ms` is more than 40 days");
    }
    if event.occurred_at > now + NEWEST {
        return fault(RejectCode::ImpossibleTime, "`occurred_at` is more than a day ahead");
    }
    if event.occurred_at < now - OLDEST {
        return fault(RejectCode::ImpossibleTime, "`occurred_at` is more than 40 days ago");
    }
    match event.plate.as_deref() {
        Some(plate) if plate.chars().count() > MAX_PLATE => {
            fault(RejectCode::ImpossiblePlate, "`plate` has more than 32 characters")
        }
        Some(plate) if plate.chars().any(char::is_control) => {
            fault(RejectCode::ImpossiblePlate, "`plate` has control characters")
        }
        _ => Ok(event),
    }
}

/// Whether a device's time is a plausible time of an event.
pub(crate) fn is_possible(at: Timestamp, now: Timestamp) -> bool {
    at <= now + NEWEST && at >= now - OLDEST
}

impl RejectedMessage {
    /// A message of a device of this garage.
    pub(crate) fn of_device(device: DeviceId, code: RejectCode, detail: &str, payload: &[u8]) -> Self {
        *refusal(Some(device), true, MessageFault::new(code, detail), payload)
    }
}

#[cfg(test)]
mod tests;
