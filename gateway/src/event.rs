//! What a controller sent, parsed once: inside, every event is of a known device and possible.
//!
//! Whatever the bytes are, the answer is an event, a heartbeat or a [`Refusal`] that says why.

use std::time::Duration;

use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, DeviceStatus, MAX_EVENT_BYTES, RejectCode, Topic, VERSION};
use protocol::uplink::DeadLetter;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Lane;

/// A controller without a network for longer has lost what it kept; an older time is a wrong clock.
const OLDEST: Duration = Duration::from_secs(40 * 24 * 3600);
/// A controller's clock may run ahead, or lack its time zone, by this much.
const NEWEST: Duration = Duration::from_secs(24 * 3600);
/// Characters; the longest real plate with colour and separators has 12.
const MAX_PLATE: usize = 32;
/// Bytes of a refused payload that an operator gets to see.
const EXCERPT: usize = 256;
/// Characters of an error's detail.
const DETAIL: usize = 200;

/// A message that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming<'a> {
    Event(&'a Lane, ControllerEvent),
    Status(&'a Lane, DeviceStatus),
}

/// A message that does not, and all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// From the topic; `None` where even that names nobody.
    pub device: Option<DeviceId>,
    /// Whether the device is one of this garage, so that somebody is there to be answered.
    pub known: bool,
    pub event_id: Option<String>,
    pub letter: DeadLetter,
}

/// Which messages a gateway takes.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    garage: GarageId,
    lanes: Vec<Lane>,
}

/// A refusal in the making: why, and the event id as far as it could be read.
struct Fault {
    code: RejectCode,
    detail: String,
    event_id: Option<String>,
}

impl Fault {
    fn new(code: RejectCode, detail: impl Into<String>) -> Self {
        let detail = detail.into().chars().filter(|c| !c.is_control()).take(DETAIL).collect();
        Self { code, detail, event_id: None }
    }

    fn of(self, event_id: Option<&str>) -> Self {
        Self { event_id: event_id.map(|id| id.chars().take(EventId::MAX).collect()), ..self }
    }
}

enum Kind {
    Event,
    Status,
}

impl Intake {
    pub const fn new(garage: GarageId, lanes: Vec<Lane>) -> Self {
        Self { garage, lanes }
    }

    /// `now` is the gateway's clock.
    pub fn parse(&self, topic: &str, payload: &[u8], now: Timestamp) -> Result<Incoming<'_>, Box<Refusal>> {
        let (kind, device) = match Topic::parse(topic) {
            Ok(Topic::Event(garage, device)) if garage == self.garage => (Kind::Event, device),
            Ok(Topic::Status(garage, device)) if garage == self.garage => (Kind::Status, device),
            _ => {
                let fault = Fault::new(RejectCode::UnknownTopic, format!("not a topic of ours: {topic}"));
                return Err(refusal(None, false, fault, payload));
            }
        };
        let Some(lane) = self.lanes.iter().find(|lane| lane.device == device) else {
            let detail = format!("`{device}` is the controller of no lane here");
            let fault = Fault::new(RejectCode::UnknownDevice, detail).of(event_id_of(payload).as_deref());
            return Err(refusal(Some(device), false, fault, payload));
        };
        let parsed = match kind {
            Kind::Event => event(payload, now).map(|event| Incoming::Event(lane, event)),
            Kind::Status => object(payload).and_then(typed).map(|status| Incoming::Status(lane, status)),
        };
        parsed.map_err(|fault| refusal(Some(device), true, fault, payload))
    }
}

fn refusal(device: Option<DeviceId>, known: bool, fault: Fault, payload: &[u8]) -> Box<Refusal> {
    let excerpt = payload.get(..EXCERPT).unwrap_or(payload);
    let letter = DeadLetter {
        code: fault.code,
        detail: fault.detail,
        excerpt: String::from_utf8_lossy(excerpt).into_owned(),
    };
    Box::new(Refusal { device, known, event_id: fault.event_id, letter })
}

fn event_id_of(payload: &[u8]) -> Option<String> {
    let object = object(payload).ok()?;
    object.get("event_id")?.as_str().map(str::to_owned)
}

/// JSON of the right size and version.
fn object(payload: &[u8]) -> Result<Value, Fault> {
    if payload.len() > MAX_EVENT_BYTES {
        return Err(Fault::new(
            RejectCode::TooLarge,
            format!("the payload has more than {MAX_EVENT_BYTES} bytes"),
        ));
    }
    let value: Value =
        serde_json::from_slice(payload).map_err(|e| Fault::new(RejectCode::NotJson, e.to_string()))?;
    if !value.is_object() {
        return Err(Fault::new(RejectCode::Field, "the payload must be a JSON object"));
    }
    let event_id = value.get("event_id").and_then(Value::as_str).map(str::to_owned);
    match value.get("v") {
        None => Ok(value),
        Some(v) if v.as_u64() == Some(u64::from(VERSION)) => Ok(value),
        Some(v) if v.is_number() => {
            let detail = format!("`v` must be {VERSION}, is {v}");
            Err(Fault::new(RejectCode::UnsupportedVersion, detail).of(event_id.as_deref()))
        }
        Some(_) => Err(Fault::new(RejectCode::Field, "`v` must be a number").of(event_id.as_deref())),
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    let event_id = value.get("event_id").and_then(Value::as_str).map(str::to_owned);
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let detail = match path.as_str() {
            "." => error.inner().to_string(),
            field => format!("`{field}`: {}", error.inner()),
        };
        Fault::new(RejectCode::Field, detail).of(event_id.as_deref())
    })
}

fn event(payload: &[u8], now: Timestamp) -> Result<ControllerEvent, Fault> {
    checked(typed(object(payload)?)?, now)
}

/// Whether a time by a device's clock can be one at which something happened.
pub(crate) fn is_possible(at: Timestamp, now: Timestamp) -> bool {
    at <= now + NEWEST && at >= now - OLDEST
}

impl Refusal {
    /// Of a device of this garage.
    pub fn of_device(device: DeviceId, code: RejectCode, detail: &str, payload: &[u8]) -> Self {
        *refusal(Some(device), true, Fault::new(code, detail), payload)
    }

    /// The same checks as for an event that came by the broker.
    pub fn check(
        event: ControllerEvent,
        device: &DeviceId,
        payload: &[u8],
        now: Timestamp,
    ) -> Result<ControllerEvent, Box<Self>> {
        checked(event, now).map_err(|fault| refusal(Some(device.clone()), true, fault, payload))
    }
}

fn checked(event: ControllerEvent, now: Timestamp) -> Result<ControllerEvent, Fault> {
    let fault = |code, detail: String| Err(Fault::new(code, detail).of(Some(event.event_id.as_str())));
    if event.confidence > 100 {
        return fault(RejectCode::Field, "`confidence` must be 0 to 100".to_owned());
    }
    // Unbounded, it would put the event before the year 0, which no record can say.
    if Duration::from_millis(event.age_ms) > OLDEST {
        return fault(RejectCode::ImpossibleTime, "`age_ms` is more than 40 days".to_owned());
    }
    if event.occurred_at > now + NEWEST {
        return fault(RejectCode::ImpossibleTime, "`occurred_at` is more than a day ahead".to_owned());
    }
    if event.occurred_at < now - OLDEST {
        return fault(RejectCode::ImpossibleTime, "`occurred_at` is more than 40 days ago".to_owned());
    }
    match event.plate.as_deref() {
        Some(plate) if plate.chars().count() > MAX_PLATE => {
            let detail = format!("`plate` has more than {MAX_PLATE} characters");
            fault(RejectCode::ImpossiblePlate, detail)
        }
        Some(plate) if plate.chars().any(char::is_control) => {
            fault(RejectCode::ImpossiblePlate, "`plate` has control characters".to_owned())
        }
        _ => Ok(event),
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
