//! `EventNotificationAlert`: an event at a camera.
//!
//! Fields are found by their names at any depth, because the group around a plate is `ANPR`, `aNPR` or missing, depending on firmware.

use domain::device::DeviceQuirk;
use domain::vehicle::VehicleDetails;

use crate::body::MessageBody;
use crate::confidence::ReadingConfidence;
use crate::event_key::EventKey;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{
    DeviceHealth, DeviceMessage, InputState, LaneSignal, MessageContent, PlateReading, SignalKind,
};
use crate::{device_time, plate_text, reading_flags, resemblance, unknown, vehicle_words};

/// ISAPI alerts that concern no vehicle at a barrier.
const OTHER_EVENTS: [&str; 33] = [
    "vmd",
    "motiondetection",
    "linedetection",
    "fielddetection",
    "regionentrance",
    "regionexiting",
    "tamperdetection",
    "shelteralarm",
    "diskfull",
    "diskerror",
    "diskunformat",
    "hdfull",
    "hderror",
    "nicbroken",
    "ipconflict",
    "illaccess",
    "videomismatch",
    "badvideo",
    "scenechangedetection",
    "defocus",
    "audioexception",
    "facedetection",
    "facesnap",
    "storagedetection",
    "pir",
    "unattendedbaggage",
    "attendedbaggage",
    "rapidmove",
    "loitering",
    "group",
    "recordexception",
    "raidexception",
    "poweroff",
];

pub(super) fn decode(message: &InboundMessage<'_>, body: &MessageBody) -> DeviceMessage {
    let mut alerts = body.fields.find_all("EventNotificationAlert");
    alerts.retain(|alert| alert.is_group());
    if alerts.is_empty() {
        alerts = body.fields.find_groups(&["eventType", "ANPR", "licensePlate"]);
    }
    let [first, ..] = alerts.as_slice() else {
        let fault = unknown::fault(message, body, "`EventNotificationAlert` and `eventType` are missing.");
        let unknown = unknown::content(fault, false, body, message.body);
        return unknown::with_body_quirks(DeviceMessage::new(None, vec![unknown]), body);
    };
    let source = AlertSource { message, body, serial: serial(first), channel: channel(first) };
    let contents = alerts.iter().map(|alert| source.content(alert)).collect();
    let has_colour = alerts.iter().any(|alert| plate(alert).has_colour);
    let mut decoded =
        DeviceMessage::new(source.serial.clone(), contents).with(DeviceQuirk::ColourInPlate, has_colour);
    decoded.channel = source.channel;
    unknown::with_body_quirks(decoded, body)
}

struct AlertSource<'a> {
    message: &'a InboundMessage<'a>,
    body: &'a MessageBody,
    serial: Option<String>,
    channel: Option<String>,
}

fn serial(alert: &FieldTree) -> Option<String> {
    alert.find_text(&["deviceID", "macAddress", "deviceUUID", "deviceSerialNo"])
}

fn channel(alert: &FieldTree) -> Option<String> {
    alert.find_text(&["channelID", "dynChannelID", "channel"])
}

fn plate(alert: &FieldTree) -> plate_text::PlateText {
    let texts =
        ["licensePlate", "originalLicensePlate"].map(|name| alert.find_text(&[name]).unwrap_or_default());
    plate_text::first(&texts)
}

impl AlertSource<'_> {
    fn content(&self, alert: &FieldTree) -> MessageContent {
        if channel(alert) != self.channel {
            return self.unknown("`channelID` differs between the alerts of one body.", alert);
        }
        let kind = alert
            .own_text(&["eventType"])
            .or_else(|| alert.find_text(&["eventType"]))
            .unwrap_or_default()
            .to_ascii_lowercase();
        match kind.as_str() {
            _ if kind == "anpr" || alert.find("ANPR").is_some() => {
                MessageContent::Reading(self.reading(alert))
            }
            _ if alert.find("licensePlate").is_some() => {
                self.unknown("`eventType` is none of a reading, and there is a `licensePlate`.", alert)
            }
            // The heartbeat of a camera without alerts.
            "videoloss" | "heartbeat" => MessageContent::Health(DeviceHealth::default()),
            "io" => self.input(alert),
            other => match OTHER_EVENTS.iter().find(|known| **known == other) {
                Some(known) => MessageContent::NoReading(known),
                None if kind.is_empty() => self.unknown("`eventType` is missing.", alert),
                None => self.unknown("`eventType` is not known.", alert),
            },
        }
    }

    fn unknown(&self, fault: &str, alert: &FieldTree) -> MessageContent {
        unknown::content(fault, resemblance::in_tree(alert), self.body, self.message.body)
    }

    fn key(&self, kind: &str, plate: &str) -> EventKey {
        EventKey::new("hikvision", self.serial.as_deref().unwrap_or_default())
            .part("channel", self.channel.as_deref().unwrap_or_default())
            .part("kind", kind)
            .part("plate", plate)
    }

    fn reading(&self, alert: &FieldTree) -> PlateReading {
        let occurred_at = self.time(alert);
        let plate = plate(alert).plate;
        let number = reading_flags::number(alert.find_text(&["UUID"]));
        let key = self.key("reading", plate.as_deref().unwrap_or_default()).number(&number).time(occurred_at);
        // In a live reading 1 means "opened", in one from the history 0 does.
        let opened = if alert.find_number("alarmDataType") == Some(1) { 0 } else { 1 };
        PlateReading {
            key: key.finish(self.message.arrival),
            plate,
            confidence: confidence(alert),
            vehicle: vehicle(alert),
            occurred_at,
            is_retransmission: reading_flags::is_stored(alert),
            is_opened_by_device: alert.find_number("barrierGateCtrlType") == Some(opened),
            resume_after: None,
        }
    }

    /// The alert's own time; pictures have their own times.
    fn time(&self, alert: &FieldTree) -> Option<domain::time::Timestamp> {
        let own = alert.own_text(&["dateTime"]);
        let text = own.or_else(|| self.body.is_damaged.then(|| alert.find_text(&["dateTime"])).flatten())?;
        device_time::parse(&text)
    }

    /// `IO`: an alarm input of the camera.
    fn input(&self, alert: &FieldTree) -> MessageContent {
        let number = alert
            .find_text(&["inputIOPortID", "dynInputIOPortID", "ioPortID"])
            .and_then(|text| text.parse::<u8>().ok());
        let state = match alert.find_text(&["eventState"]).unwrap_or_default().to_ascii_lowercase().as_str() {
            "active" => InputState::On,
            "inactive" => InputState::Off,
            _ => return MessageContent::NoReading("input value not known"),
        };
        let Some(number) = number else {
            return self.unknown("`inputIOPortID` is missing or is no number.", alert);
        };
        let occurred_at = self.time(alert);
        let kind = format!("input {number} {state:?}");
        let uuid = reading_flags::number(alert.find_text(&["UUID"]));
        let key = self.key(&kind, "").number(&uuid).time(occurred_at).finish(self.message.arrival);
        MessageContent::Signal(LaneSignal { key, kind: SignalKind::Input { number, state }, occurred_at })
    }
}

fn confidence(alert: &FieldTree) -> ReadingConfidence {
    let overall = alert.find_text(&["confidenceLevel"]).unwrap_or_default();
    let worst_character = alert.find_text(&["plateCharBelieve"]).and_then(|list| reading_flags::least(&list));
    ReadingConfidence { worst_character, ..ReadingConfidence::parse(&overall) }
}

fn vehicle(alert: &FieldTree) -> VehicleDetails {
    let text = |name: &str| alert.find_text(&[name]).unwrap_or_default();
    VehicleDetails {
        plate_color: vehicle_words::plate_color(&text("plateColor")),
        class: vehicle_words::vehicle_class(&text("vehicleType")),
        travel: vehicle_words::travel(&text("direction")),
        is_suspect: reading_flags::is_suspect(alert),
    }
}
