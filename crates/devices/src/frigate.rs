//! Frigate, a recorder that reads plates of any camera and publishes them.
//!
//! One Frigate serves several lanes: the camera's name in the payload identifies the lane. It has no barrier. While an object is in view,
//! Frigate reads its plate repeatedly: camera, object and plate identify a reading, so each text counts once. `docs/devices/frigate.md`
//! lists what is not verified.

pub mod play;

use domain::plate::Plate;
use domain::vehicle::{VehicleClass, VehicleDetails};

use crate::confidence::ReadingConfidence;
use crate::event_key::EventKey;
use crate::flat_fields::{FlatFields, resembles_reading};
use crate::make::{
    BrokerTopics, DeviceConnection, DeviceMake, InboundMessage, OpeningMethod, UnattendedExit,
};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent, PlateReading, UnknownContent};
use crate::{plate_text, text};

const UPDATES: &str = "frigate/tracked_object_update";
const EVENTS: &str = "frigate/events";
const AVAILABLE: &str = "frigate/available";

/// Labels of objects that may have a plate; `license_plate` is the label of a camera that sees only plates.
const VEHICLES: [&str; 7] =
    ["car", "motorcycle", "bus", "truck", "school_bus", "garbage_truck", "license_plate"];

pub struct FrigateMake;

impl DeviceMake for FrigateMake {
    fn id(&self) -> &'static str {
        "frigate"
    }

    fn title(&self) -> &'static str {
        "Frigate (MQTT)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Publishes(&FrigateTopics)
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Relay
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::StaysShut("Frigate moves no barrier: the relay or a push button at the exit has to.")
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        if message.address == AVAILABLE {
            return DeviceMessage::new(None, vec![availability(&text::decode(message.body, None).text)]);
        }
        let Some(fields) = FlatFields::from_json(message.body) else {
            return DeviceMessage::not_understood("the message is no JSON", resembles_reading(message.body));
        };
        let content = match message.address {
            UPDATES => update(&fields, message),
            EVENTS => event(&fields, message),
            _ => unknown("the topic is unknown", &fields),
        };
        let camera = camera(&fields).map(str::to_owned);
        let mut decoded = DeviceMessage::new(camera.clone(), vec![content]);
        decoded.channel = camera;
        decoded.quirks.extend(fields.quirks);
        decoded
    }
}

fn availability(text: &str) -> MessageContent {
    match text.trim() {
        "online" => MessageContent::Health(DeviceHealth::default()),
        "offline" | "stopped" => MessageContent::NoReading("the recorder stops"),
        _ => MessageContent::NotUnderstood(UnknownContent {
            fault: "the availability is neither online, offline nor stopped".to_owned(),
            resembles_reading: false,
        }),
    }
}

fn unknown(fault: &str, fields: &FlatFields) -> MessageContent {
    MessageContent::NotUnderstood(UnknownContent {
        fault: fault.to_owned(),
        resembles_reading: fields.resemble_reading(),
    })
}

/// The state after the change counts.
fn camera(fields: &FlatFields) -> Option<&str> {
    fields.text(&["after.camera", "camera"])
}

/// `frigate/tracked_object_update`: a plate was read, or another detail of an object was recognised.
fn update(fields: &FlatFields, message: &InboundMessage<'_>) -> MessageContent {
    match fields.outer("type") {
        Some("lpr") => match fields.text(&["plate"]) {
            Some(plate) => {
                let confidence = fraction(fields.text(&["score"]).unwrap_or_default());
                let at = fields.time(&["timestamp"]);
                let reading = PlateReading { confidence, occurred_at: at, ..reading(fields, message, plate) };
                MessageContent::Reading(reading)
            }
            None => MessageContent::NotUnderstood(UnknownContent {
                fault: "plate is missing".to_owned(),
                resembles_reading: true,
            }),
        },
        Some("description" | "face" | "classification") => {
            MessageContent::NoReading("an update without a plate")
        }
        Some(kind) => unknown(&text::unknown_kind("type", kind), fields),
        None => unknown("type is missing", fields),
    }
}

/// `frigate/events`: an object appears, changes or leaves.
fn event(fields: &FlatFields, message: &InboundMessage<'_>) -> MessageContent {
    let kind = match fields.outer("type") {
        Some(kind @ ("new" | "update" | "end")) => kind,
        Some(kind) => return unknown(&text::unknown_kind("type", kind), fields),
        None => return unknown("type is missing", fields),
    };
    let Some(label) = fields.text(&["after.label"]) else { return unknown("after.label is missing", fields) };
    if !VEHICLES.contains(&label) || fields.number(&["after.false_positive"]) == Some(1) {
        return MessageContent::NoReading("an object that is no vehicle");
    }
    // LPR does not run on stationary objects: a stationary vehicle without a plate remains without one.
    let is_unread_vehicle = kind != "end" && fields.number(&["after.stationary"]) == Some(1);
    let plate = match plate_of_event(fields) {
        Some(plate) => plate,
        None if is_unread_vehicle => "",
        None => return MessageContent::NoReading("a vehicle without a plate yet"),
    };
    let class = match label {
        "motorcycle" => Some(VehicleClass::Motorcycle),
        "bus" | "truck" | "school_bus" | "garbage_truck" => Some(VehicleClass::Large),
        _ => None,
    };
    MessageContent::Reading(PlateReading {
        confidence: plate_score(fields),
        vehicle: VehicleDetails { class, ..VehicleDetails::default() },
        occurred_at: fields.time(&["after.frame_time", "after.start_time"]),
        // The object has left the picture: a plate that arrives now was read from the recording.
        is_retransmission: kind == "end",
        ..reading(fields, message, plate)
    })
}

/// A text, or a list of text and score. For a known plate `sub_label` is its name in Frigate's configuration.
fn plate_of_event(fields: &FlatFields) -> Option<&str> {
    let sub_label = fields.text(&["after.sub_label"]).filter(|label| Plate::parse(label).is_ok());
    fields.text(&["after.recognized_license_plate"]).or(sub_label)
}

/// `score` is not used: it is the detector's score for the object, not for its plate.
fn plate_score(fields: &FlatFields) -> ReadingConfidence {
    let score = fields.text(&["after.recognized_license_plate_score"]);
    fraction(score.or_else(|| fields.nth("after.recognized_license_plate", 1)).unwrap_or_default())
}

/// Scores are fractions of 1; some clients write a whole 1 without a point.
fn fraction(score: &str) -> ReadingConfidence {
    if matches!(score, "0" | "1") {
        ReadingConfidence::parse(&format!("{score}.0"))
    } else {
        ReadingConfidence::parse(score)
    }
}

fn reading(fields: &FlatFields, message: &InboundMessage<'_>, plate: &str) -> PlateReading {
    let key = EventKey::new("frigate", camera(fields).unwrap_or_default())
        .part("plate", plate)
        .number(fields.text(&["after.id", "id"]).unwrap_or_default());
    PlateReading {
        key: key.finish(message.arrival),
        plate: plate_text::parse(plate).plate,
        confidence: ReadingConfidence::default(),
        vehicle: VehicleDetails::default(),
        occurred_at: None,
        is_retransmission: false,
        is_opened_by_device: false,
        resume_after: None,
    }
}

struct FrigateTopics;

impl BrokerTopics for FrigateTopics {
    fn published_by(&self, _camera: &str) -> Vec<String> {
        [UPDATES, EVENTS, AVAILABLE].map(str::to_owned).to_vec()
    }

    fn subscribed_by(&self, _camera: &str) -> Vec<String> {
        Vec::new()
    }

    /// A message without a camera concerns every lane: it is the recorder's state, or it is not understood.
    fn is_from(&self, serial: &str, topic: &str, payload: &[u8]) -> bool {
        if ![UPDATES, EVENTS, AVAILABLE].contains(&topic) {
            return false;
        }
        let fields = FlatFields::from_json(payload);
        fields.as_ref().and_then(camera).is_none_or(|camera| camera == serial)
    }

    fn is_shared(&self) -> bool {
        true
    }
}
