//! `TollgateInfo`, `KeepAlive` and `DeviceInfo`.

use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;

use crate::body::MessageBody;
use crate::confidence::ReadingConfidence;
use crate::event_key::EventKey;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{DeviceHealth, DeviceMessage, MessageContent, PlateReading};
use crate::{device_time, plate_text, reading_flags, resemblance, unknown, vehicle_words};

/// A reading has at least one of these fields; integrators' firmware uses the last two.
const READING_FIELDS: [&str; 6] =
    ["Plate", "PlateNumber", "SnapInfo", "Picture", "plate_number", "vehicle_info"];
const PLATE_FIELDS: [&str; 3] = ["PlateNumber", "plate_number", "PlateText"];

pub(super) fn decode(message: &InboundMessage<'_>, body: &MessageBody) -> DeviceMessage {
    let fields = &body.fields;
    let readings = readings(fields);
    let serial = fields.find("SnapInfo").and_then(|snap| snap.find_text(&["DeviceID"]));
    let serial = serial.or_else(|| fields.find_text(&["DeviceID", "SerialNo", "device_id"]));
    // The lane number distinguishes lanes of one camera; `Channel` is always 0 in a camera.
    let channel = fields.find_text(&["LanNo", "LaneNo", "Channel", "channel"]);
    let contents = if readings.is_empty() {
        vec![other(message, body)]
    } else {
        let content = |reading: &&FieldTree| {
            MessageContent::Reading(read(reading, serial.as_deref(), channel.as_deref(), message))
        };
        readings.iter().map(content).collect()
    };
    let mut decoded = DeviceMessage::new(serial, contents);
    decoded.channel = channel;
    unknown::with_body_quirks(decoded, body)
}

/// Each group with a reading. In some firmware `Plate` and `SnapInfo` are siblings of `Picture` instead of children.
fn readings(fields: &FieldTree) -> Vec<&FieldTree> {
    let mut groups = fields.find_groups(&READING_FIELDS);
    let has_details = |group: &&FieldTree| {
        READING_FIELDS.iter().any(|name| {
            group.find(name).is_some_and(FieldTree::is_group) || group.find_text(&PLATE_FIELDS).is_some()
        })
    };
    groups.retain(has_details);
    groups
}

fn other(message: &InboundMessage<'_>, body: &MessageBody) -> MessageContent {
    let path = message.address.split('?').next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_reading_path = last == "tollgateinfo";
    let is_alive = matches!(last.as_str(), "keepalive" | "deviceinfo")
        || body.fields.find_text(&["Active"]).is_some_and(|active| active.eq_ignore_ascii_case("keepAlive"))
        || (body.fields.find("DeviceID").is_some()
            && body.fields.find_text(&["DeviceType", "Manufacturer", "DeviceModel"]).is_some());
    let has_vehicle = body.has_picture || resemblance::in_tree(&body.fields);
    if is_alive && !is_reading_path && !has_vehicle {
        return MessageContent::Health(DeviceHealth::default());
    }
    let fault = unknown::fault(message, body, "`Picture` is missing.");
    unknown::content(fault, is_reading_path, body, message.body)
}

fn read(
    reading: &FieldTree,
    serial: Option<&str>,
    channel: Option<&str>,
    message: &InboundMessage<'_>,
) -> PlateReading {
    let occurred_at = occurred_at(reading);
    let is_seen = reading.find_flag("IsExist") != Some(false);
    let text = reading.find_text(&PLATE_FIELDS).filter(|_| is_seen).unwrap_or_default();
    let plate = plate_text::parse(&text).plate;
    let key = EventKey::new("dahua", serial.unwrap_or_default())
        .part("channel", channel.unwrap_or_default())
        .part("plate", plate.as_deref().unwrap_or_default())
        .time(occurred_at)
        .finish(message.arrival);
    PlateReading {
        key,
        plate,
        confidence: ReadingConfidence::parse(&reading.find_text(&["Confidence"]).unwrap_or_default()),
        vehicle: vehicle(reading),
        occurred_at,
        is_retransmission: reading_flags::is_stored(reading),
        is_opened_by_device: reading.find_flag("OpenStrobe") == Some(true),
        resume_after: None,
    }
}

/// The first readable time, the most exact field first; local time of the garage.
fn occurred_at(reading: &FieldTree) -> Option<Timestamp> {
    ["AccurateTime", "SnapTime", "CapTime", "capture_time"]
        .iter()
        .find_map(|name| device_time::parse(&reading.find_text(&[name])?))
}

fn vehicle(reading: &FieldTree) -> VehicleDetails {
    let text = |names: &[&str]| reading.find_text(names).unwrap_or_default();
    VehicleDetails {
        plate_color: vehicle_words::plate_color(&text(&["PlateColor"])),
        class: vehicle_words::vehicle_class(&text(&["VehicleType"])),
        travel: vehicle_words::travel(&text(&["Direction"])),
        is_suspect: reading_flags::is_suspect(reading),
    }
}
