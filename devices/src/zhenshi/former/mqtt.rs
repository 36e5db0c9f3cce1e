//! MQTT: topics with the serial number, texts in base64, an envelope around everything.
//!
//! Two layouts of topics are in the field, that of before March 2024 and the present one; a camera that was updated keeps the old
//! one until it is reset. Commands go out in the layout in which the camera speaks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::device::Quirk;
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::reading::{AlarmGioIn, AlarmInfoPlate, named};
use super::{LARGEST, signal};
use crate::lenient::{Number, Text};
use crate::told::{Health, Message, Told, Unreadable, What};

/// How a camera writes its topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `device/{sn}/message/...`
    Present,
    /// `{sn}/device/message/...`
    Old,
}

/// What one camera publishes, for subscribing and for a broker's permissions.
pub fn says(serial: &str) -> [String; 4] {
    [
        format!("device/{serial}/message/up/#"),
        format!("device/{serial}/message/down/+/reply"),
        format!("{serial}/device/message/up/#"),
        format!("{serial}/device/message/down/+/reply"),
    ]
}

/// What one camera subscribes to.
pub fn hears(serial: &str) -> [String; 2] {
    [format!("device/{serial}/message/down/#"), format!("{serial}/device/message/down/#")]
}

/// A topic's parts: layout, serial number, kind of message; `None` if it is none of a camera's own.
pub fn topic(topic: &str) -> Option<(Layout, &str, &str)> {
    let topic = topic.strip_prefix('/').unwrap_or(topic);
    let (layout, serial, rest) =
        match topic.strip_prefix("device/").and_then(|rest| rest.split_once("/message/")) {
            Some((serial, rest)) => (Layout::Present, serial, rest),
            None => {
                let (serial, rest) = topic.split_once("/device/message/")?;
                (Layout::Old, serial, rest)
            }
        };
    let kind = match (rest.strip_prefix("up/"), rest.strip_suffix("/reply")) {
        (Some(kind), _) => kind,
        (None, Some(_)) => "reply",
        (None, None) => return None,
    };
    (!serial.is_empty() && !serial.contains('/')).then_some((layout, serial, kind))
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    bv: Text,
    #[serde(default)]
    timestamp: Number,
    #[serde(default)]
    payload: Option<Payload>,
}

#[derive(Default, Deserialize)]
struct Payload {
    #[serde(default)]
    body: Option<Body>,
    #[serde(flatten)]
    direct: Body,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "AlarmInfoPlate")]
    plate: Option<AlarmInfoPlate>,
    #[serde(rename = "AlarmGioIn")]
    input: Option<AlarmGioIn>,
    event_type: Number,
    offline_record: Number,
}

/// A message of the camera with this serial number, which is the topic's.
pub fn parse(serial: &str, kind: &str, body: &[u8]) -> Result<Message, Unreadable> {
    if body.len() > LARGEST {
        return Err(Unreadable::TooLarge(LARGEST));
    }
    // Seen in front of heartbeats.
    let from = body.iter().position(|byte| *byte != 0).unwrap_or(body.len());
    let body = body.get(from..).unwrap_or_default();
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|_| Unreadable::NotA("JSON in an envelope of this make"))?;
    let at = envelope.timestamp.get().filter(|sec| *sec > 0).and_then(|sec| sec.checked_mul(1_000_000));
    let at = at.map(Timestamp::from_micros);
    let payload = envelope.payload.unwrap_or_default();
    let payload = payload.body.unwrap_or(payload.direct);
    let sn = named(serial);
    let message = match kind {
        "ivs_result" => payload.plate.unwrap_or_default().told(serial, decoded)?,
        "gpio_in" => payload.input.unwrap_or_default().told(serial, &envelope.id.0, at)?,
        "lanectrl_result" => Message::new(sn, lane(serial, payload.event_type.get(), &envelope.id.0, at)),
        "keep_alive" => {
            let health = Health { firmware: text(&envelope.bv.0), ..Health::default() };
            Message::new(sn, Told::Alive(health))
        }
        "offline_record" => {
            let kept = payload.offline_record.get().and_then(|kept| u32::try_from(kept).ok());
            Message::new(sn, Told::Alive(Health { kept, ..Health::default() }))
        }
        "barr_gate_status" => Message::new(sn, Told::Nothing("barr_gate_status")),
        "reply" => Message::new(sn, Told::Nothing("reply")),
        "serial_data" => Message::new(sn, Told::Nothing("serial_data")),
        "snapshot" => Message::new(sn, Told::Nothing("snapshot")),
        _ => Message::new(sn, Told::Nothing("a kind that is not known")),
    };
    Ok(message.with(Quirk::LeadingNul, from > 0))
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `lanectrl_result`; people who stand in the lane and queues are nothing to us.
fn lane(serial: &str, event_type: Option<i64>, id: &str, at: Option<Timestamp>) -> Told {
    let what = match event_type {
        Some(82) => What::Stuck,
        Some(73) => What::Free,
        Some(83) => What::Passed,
        Some(84) => What::Reversed,
        Some(85) => What::Tailgated,
        _ => return Told::Nothing("lanectrl_result"),
    };
    Told::Lane(signal(serial, what, id, at))
}

/// Texts are in base64 on this way. What is none, or none of a text, is taken as it is.
fn decoded(text: &str) -> String {
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| text.to_owned())
}

/// A command: its topic and its payload.
pub type Command = (String, Vec<u8>);

/// Opens the barrier by a pulse at an output: most firmware knows no other way.
pub fn open((layout, serial): (Layout, &str), id: &str, at: Timestamp) -> Command {
    command((layout, serial), "gpio_out", &json!({ "delay": 500, "io": 0, "value": 2 }), id, at)
}

fn command(
    (layout, serial): (Layout, &str),
    name: &str,
    body: &serde_json::Value,
    id: &str,
    at: Timestamp,
) -> Command {
    let topic = match layout {
        Layout::Present => format!("device/{serial}/message/down/{name}"),
        Layout::Old => format!("{serial}/device/message/down/{name}"),
    };
    let payload = json!({
        "id": id, "sn": serial, "name": name, "version": "1.0", "timestamp": at.micros() / 1_000_000,
        "payload": { "type": name, "body": body },
    });
    (topic, payload.to_string().into_bytes())
}
