//! `AlarmInfoPlate` (a reading) and `AlarmGioIn` (an input), at any position in a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::plate::Plate;
use domain::time::Timestamp;
use domain::vehicle::{PlateColor, TravelDirection, VehicleClass, VehicleDetails};

use crate::body::MessageBody;
use crate::confidence::ReadingConfidence;
use crate::event_key::EventKey;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{InputState, LaneSignal, MessageContent, PlateReading, SignalKind};
use crate::{device_time, plate_text, reading_flags, unknown};

/// `ctrltype`: opened by the camera's own list while the server was unreachable.
const BY_OWN_LIST: i64 = 2;
/// Values of `type`: fake plate, and no plate.
const FAKE_PLATE: i64 = 29;
const NO_PLATE: i64 = 31;

/// Source of a message, for ids and times of contents without their own.
pub(super) struct AlarmSource<'a> {
    pub message: &'a InboundMessage<'a>,
    pub body: &'a MessageBody,
    pub serial: &'a str,
    /// The envelope's id and time; HTTP has no envelope.
    pub message_id: String,
    pub sent_at: Option<Timestamp>,
}

/// Readings and inputs in the order of the message; empty if it has neither.
pub(super) fn contents(source: &AlarmSource<'_>) -> Vec<MessageContent> {
    let fields = &source.body.fields;
    let mut contents = Vec::new();
    for result in fields.find_all("PlateResult") {
        match result.groups() {
            groups if groups.is_empty() => {
                contents.push(source.unknown("`PlateResult` is empty or no group of fields.", true));
            }
            groups => contents.extend(groups.into_iter().map(|group| source.plate(group))),
        }
    }
    contents.extend(fields.find_all("TriggerResult").into_iter().map(|result| source.input(result)));
    if contents.is_empty() && fields.find("AlarmInfoPlate").is_some() {
        contents.push(source.unknown("`AlarmInfoPlate.result.PlateResult` is missing.", true));
    }
    if contents.is_empty() && fields.find("AlarmGioIn").is_some() {
        contents.push(source.unknown("`AlarmGioIn.result.TriggerResult` is missing.", false));
    }
    contents
}

/// The channel of a camera with several; 0 for most cameras.
pub(super) fn channel(body: &MessageBody) -> Option<String> {
    body.fields
        .find_text(&["event_channel"])
        .or_else(|| body.fields.find("AlarmInfoPlate")?.own_text(&["channel"]))
}

/// Texts are in base64 on MQTT and plain on HTTP, except in some firmware.
pub(super) fn plain_text(text: &str) -> String {
    let Ok(bytes) = STANDARD.decode(text.trim()) else { return text.to_owned() };
    let is_utf8 = std::str::from_utf8(&bytes).is_ok_and(|text| !text.chars().any(char::is_control));
    let decoded = crate::text::decode_field(&bytes);
    let is_plate = |text: &str| Plate::parse(text).is_ok();
    if is_plate(&decoded) || (is_utf8 && !is_plate(text)) { decoded } else { text.to_owned() }
}

impl AlarmSource<'_> {
    pub(super) fn unknown(&self, fault: &str, is_reading_kind: bool) -> MessageContent {
        let fault = unknown::fault(self.message, self.body, fault);
        unknown::content(fault, is_reading_kind, self.body, self.message.body)
    }

    pub(super) fn key(&self, kind: &str) -> EventKey {
        EventKey::new("zhenshi", self.serial)
            .part("channel", &channel(self.body).unwrap_or_default())
            .part("kind", kind)
    }

    fn plate(&self, result: &FieldTree) -> MessageContent {
        let occurred_at = occurred_at(result);
        let plate = plate(result);
        let number = number(result);
        let key = |kind: &str| {
            let key = self
                .key(kind)
                .part("plate", plate.as_deref().unwrap_or_default())
                .number(&number)
                .time(occurred_at);
            key.finish(self.message.arrival)
        };
        match result.get("triggerType").and_then(FieldTree::number) {
            Some(64) => signal(key("stuck"), SignalKind::Stuck, occurred_at),
            Some(65) => signal(key("free"), SignalKind::Free, occurred_at),
            Some(66) => signal(key("reversed"), SignalKind::Reversed, occurred_at),
            _ => MessageContent::Reading(PlateReading {
                key: key("reading"),
                confidence: ReadingConfidence::parse(&result.own_text(&["confidence"]).unwrap_or_default()),
                vehicle: vehicle(result),
                occurred_at,
                is_retransmission: reading_flags::is_stored(result),
                is_opened_by_device: is_opened(result),
                resume_after: result.get("plateid").and_then(FieldTree::number),
                plate,
            }),
        }
    }

    fn input(&self, trigger: &FieldTree) -> MessageContent {
        let Some(number) =
            trigger.get("source").and_then(FieldTree::number).and_then(|n| u8::try_from(n).ok())
        else {
            return self.unknown("`TriggerResult.source` is missing or is no number of an input.", false);
        };
        let value = trigger.get("value");
        let state = match (value.and_then(FieldTree::number), value.and_then(FieldTree::flag)) {
            (Some(0), _) | (_, Some(false)) => InputState::Off,
            (Some(1), _) | (_, Some(true)) => InputState::On,
            (Some(2), _) => InputState::Pulse,
            _ => return MessageContent::NoReading("input value not known"),
        };
        let kind = format!("input {number} {state:?}");
        let key = self.key(&kind).number(&self.message_id).time(self.sent_at).finish(self.message.arrival);
        signal(key, SignalKind::Input { number, state }, self.sent_at)
    }
}

pub(super) fn signal(key: String, kind: SignalKind, occurred_at: Option<Timestamp>) -> MessageContent {
    MessageContent::Signal(LaneSignal { key, kind, occurred_at })
}

/// The camera's counter, else one of the ids of newer firmware.
fn number(result: &FieldTree) -> String {
    let names = ["plateid", "unique_id", "record_uuid"];
    names
        .iter()
        .map(|name| reading_flags::number(result.own_text(&[name])))
        .find(|number| !number.is_empty())
        .unwrap_or_default()
}

/// The first valid plate of the vehicle's texts. An encrypted plate is unreadable.
fn plate(result: &FieldTree) -> Option<String> {
    let is_encrypted = result.find_flag("is_encrypted") == Some(true);
    if is_encrypted || plate_type(result) == Some(NO_PLATE) {
        return None;
    }
    let texts = result.find_all("license").into_iter().filter_map(FieldTree::text);
    let texts: Vec<String> = texts.map(|text| plain_text(&text)).collect();
    plate_text::first(&texts).plate
}

fn plate_type(result: &FieldTree) -> Option<i64> {
    result.get("type").and_then(FieldTree::number)
}

fn is_opened(result: &FieldTree) -> bool {
    let outputs = result.get("gioouts").map(|outputs| outputs.find_all("ctrltype")).unwrap_or_default();
    outputs.into_iter().any(|output| output.number() == Some(BY_OWN_LIST))
}

/// Codes from the maker's pages: `colorType`, `type`, `direction` (in the picture: down is towards the camera).
fn vehicle(result: &FieldTree) -> VehicleDetails {
    let code = |name: &str| result.get(name).and_then(FieldTree::number);
    VehicleDetails {
        plate_color: match code("colorType") {
            Some(1) => Some(PlateColor::Blue),
            Some(2) => Some(PlateColor::Yellow),
            Some(3) => Some(PlateColor::White),
            Some(4) => Some(PlateColor::Black),
            Some(5) => Some(PlateColor::Green),
            Some(6) => Some(PlateColor::YellowGreen),
            _ => None,
        },
        class: match code("type") {
            Some(1 | 19) => Some(VehicleClass::Small),
            Some(20) => Some(VehicleClass::Large),
            _ => None,
        },
        travel: match code("direction") {
            Some(3) => Some(TravelDirection::Reverse),
            Some(4) => Some(TravelDirection::Forward),
            _ => None,
        },
        is_suspect: code("type") == Some(FAKE_PLATE) || reading_flags::is_suspect(result),
    }
}

/// Time from `timeStamp.Timeval.sec` and `usec`, else from its date fields, else from a text.
fn occurred_at(result: &FieldTree) -> Option<Timestamp> {
    let time = result.get("timeStamp")?;
    if let Some(text) = time.text() {
        return device_time::parse(&text);
    }
    let value = time.find("Timeval").filter(|value| value.is_group()).unwrap_or(time);
    let seconds = value.own_text(&["sec"]).and_then(|text| device_time::parse(&text));
    let Some(at) = seconds else { return by_parts(value) };
    let micros = value
        .get("usec")
        .and_then(FieldTree::number)
        .filter(|usec| (0..1_000_000).contains(usec))
        .unwrap_or(0);
    let is_whole = at.micros() % 1_000_000 == 0;
    Some(if is_whole { Timestamp::from_micros(at.micros().saturating_add(micros)) } else { at })
}

fn by_parts(value: &FieldTree) -> Option<Timestamp> {
    let part = |name: &str| value.get(name).and_then(FieldTree::number);
    let (year, month, day) = (part("decyear")?, part("decmon")?, part("decday")?);
    let (hour, minute, second) = (part("dechour")?, part("decmin")?, part("decsec").unwrap_or(0));
    device_time::parse(&format!("{year:04}-{month}-{day} {hour}:{minute}:{second}"))
}
