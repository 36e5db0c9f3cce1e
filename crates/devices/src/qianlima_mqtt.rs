//! Qianlima (仟里马) T5 cameras on the garage's broker.
//!
//! An integrator's page documents topics, `cmd`, `sn`, `nColor`, `detectFlag` and `value`; the other names are not public. A reading is
//! recognised by its plate and one of the known names. There is no open command: the names of the output command are not public, so the
//! lane's barrier needs a relay. `docs/devices/qianlima-mqtt.md` lists what is not verified.

pub mod play;

use domain::vehicle::{PlateColor, VehicleDetails};

use crate::event_key::EventKey;
use crate::flat_fields::{FlatFields, resembles_reading};
use crate::make::{
    BrokerTopics, DeviceConnection, DeviceMake, InboundMessage, OpeningMethod, UnattendedExit,
};
use crate::message::{
    DeviceHealth, DeviceMessage, InputState, LaneSignal, MessageContent, PlateReading, SignalKind,
    UnknownContent,
};
use crate::plate_text;
use crate::text::unknown_kind;

/// Names of the plate in the protocols of this and similar makers.
const PLATE: [&str; 7] = ["plateNum", "plate", "plateNo", "plateNumber", "license", "carNum", "strPlate"];
const TIME: [&str; 6] = ["recogTime", "recoTime", "time", "timestamp", "utc", "ts"];
const NUMBER: [&str; 5] = ["recordId", "eventId", "msgId", "messageId", "id"];
const INPUT: [&str; 6] = ["io", "ioNum", "gpio", "index", "source", "channel"];

pub struct QianlimaMqttMake;

impl DeviceMake for QianlimaMqttMake {
    fn id(&self) -> &'static str {
        "qianlima-mqtt"
    }

    fn title(&self) -> &'static str {
        "仟里马 Qianlima T5 (MQTT)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Publishes(&QianlimaTopics)
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Relay
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera has a white list of its own with conditions under which it is used (white list mode).",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let Some(fields) = FlatFields::from_json(message.body) else {
            return DeviceMessage::not_understood("the message is no JSON", resembles_reading(message.body));
        };
        let serial = fields.text(&["sn"]).or_else(|| serial_of(message.address)).map(str::to_owned);
        let content = content(&fields, serial.as_deref().unwrap_or_default(), message);
        let mut decoded = DeviceMessage::new(serial, vec![content]);
        decoded.quirks.extend(fields.quirks);
        decoded
    }
}

/// Firmware before 2024-10-24 has no `cmd`: then only the fields distinguish the messages.
fn content(fields: &FlatFields, serial: &str, message: &InboundMessage<'_>) -> MessageContent {
    let cmd = fields.text(&["cmd"]).unwrap_or_default().to_ascii_lowercase();
    let speaks_of = |words: &[&str]| words.iter().any(|word| cmd.contains(word));
    let is_result = fields.has(&["nColor", "detectFlag"]) || speaks_of(&["plate", "result", "recog"]);
    if fields.has(&PLATE) && is_result {
        return MessageContent::Reading(reading(fields, serial, message));
    }
    if speaks_of(&["heart", "keepalive", "keep_alive"]) || (cmd.is_empty() && is_bare(fields)) {
        return MessageContent::Health(DeviceHealth::default());
    }
    if speaks_of(&["485", "serial"]) {
        return MessageContent::NoReading("serial data");
    }
    if speaks_of(&["param", "info"]) {
        return MessageContent::NoReading("parameters");
    }
    if cmd.starts_with("io") || speaks_of(&["gpio", "ioin", "io_in"]) {
        return input(fields, serial, message);
    }
    let fault = if cmd.is_empty() { "cmd is missing".to_owned() } else { unknown_kind("cmd", &cmd) };
    let resembles_reading = fields.resemble_reading() || fields.has(&PLATE);
    MessageContent::NotUnderstood(UnknownContent { fault, resembles_reading })
}

/// Whether a message has only fields of its sender and its time.
fn is_bare(fields: &FlatFields) -> bool {
    fields.are_all(&["sn", "time", "timestamp", "utc", "ts", "ip", "msgId", "id", "version", "name", "model"])
}

fn reading(fields: &FlatFields, serial: &str, message: &InboundMessage<'_>) -> PlateReading {
    let occurred_at = fields.time(&TIME);
    let plate = fields.text(&PLATE).unwrap_or_default();
    let key = EventKey::new("qianlima-mqtt", serial)
        .part("plate", plate)
        .number(fields.text(&NUMBER).unwrap_or_default())
        .time(occurred_at);
    PlateReading {
        key: key.finish(message.arrival),
        plate: plate_text::parse(plate).plate,
        confidence: fields.confidence(&["confidence", "nConfidence", "reliability"]),
        vehicle: VehicleDetails {
            plate_color: fields.number(&["nColor"]).and_then(plate_color),
            ..VehicleDetails::default()
        },
        occurred_at,
        is_retransmission: fields.number(&["isOffline", "offline"]) == Some(1),
        is_opened_by_device: false,
        resume_after: None,
    }
}

/// 6 is documented; the other numbers are those of Zhenshi, because 6 agrees with them.
const fn plate_color(number: i64) -> Option<PlateColor> {
    Some(match number {
        1 => PlateColor::Blue,
        2 => PlateColor::Yellow,
        3 => PlateColor::White,
        4 => PlateColor::Black,
        5 => PlateColor::Green,
        6 => PlateColor::YellowGreen,
        _ => return None,
    })
}

/// Firmware has `value` since 2024-10-26. Before, a message meant that the input was closed, and its opening was not reported.
fn input(fields: &FlatFields, serial: &str, message: &InboundMessage<'_>) -> MessageContent {
    let Some(number) = fields.number(&INPUT).and_then(|number| u8::try_from(number).ok()) else {
        let fault = "the number of the input is missing".to_owned();
        return MessageContent::NotUnderstood(UnknownContent { fault, resembles_reading: false });
    };
    let state = match (fields.has(&["value"]), fields.number(&["value"])) {
        (false, _) => InputState::Pulse,
        (true, Some(0)) => InputState::Off,
        (true, Some(1)) => InputState::On,
        (true, Some(2)) => InputState::Pulse,
        (true, _) => return MessageContent::NoReading("input with a value that is not known"),
    };
    let occurred_at = fields.time(&TIME);
    let key = EventKey::new("qianlima-mqtt", serial)
        .part("input", &number.to_string())
        .part("state", &format!("{state:?}"))
        .number(fields.text(&NUMBER).unwrap_or_default())
        .time(occurred_at);
    let kind = SignalKind::Input { number, state };
    MessageContent::Signal(LaneSignal { key: key.finish(message.arrival), kind, occurred_at })
}

fn serial_of(topic: &str) -> Option<&str> {
    topic.strip_prefix("device/")?.strip_suffix("/sys/message/up")
}

struct QianlimaTopics;

impl BrokerTopics for QianlimaTopics {
    fn published_by(&self, serial: &str) -> Vec<String> {
        vec![format!("device/{serial}/sys/message/up")]
    }

    fn subscribed_by(&self, serial: &str) -> Vec<String> {
        vec![format!("device/{serial}/sys/message/down")]
    }

    fn is_from(&self, serial: &str, topic: &str, _payload: &[u8]) -> bool {
        serial_of(topic) == Some(serial)
    }
}
