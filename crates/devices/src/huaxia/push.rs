//! The kinds of messages: `online`, `offline`, `heartbeat`.

use domain::vehicle::VehicleDetails;

use crate::body::MessageBody;
use crate::confidence::ReadingConfidence;
use crate::event_key::EventKey;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{DeviceHealth, DeviceMessage, MessageContent, PlateReading};
use crate::{device_time, plate_text, reading_flags, unknown, vehicle_words};

pub(super) fn decode(message: &InboundMessage<'_>, body: &MessageBody) -> DeviceMessage {
    let fields = &body.fields;
    let serial = fields.find_text(&["cam_id"]);
    let kind = fields.find_text(&["type"]).unwrap_or_default().to_ascii_lowercase();
    let has_plate = fields.find("plate_num").is_some();
    let unknown =
        |fault: &str| unknown::content(unknown::fault(message, body, fault), false, body, message.body);
    let content = match kind.as_str() {
        "online" | "offline" => {
            MessageContent::Reading(reading(fields, kind == "offline", serial.as_deref(), message))
        }
        "heartbeat" if !has_plate => MessageContent::Health(DeviceHealth::default()),
        "heartbeat" => unknown("`type` is a heartbeat, and there is a `plate_num`."),
        "" => unknown("`type` is missing."),
        _ => unknown("`type` is not known."),
    };
    let has_colour = plate_text::parse(&fields.find_text(&["plate_num"]).unwrap_or_default()).has_colour;
    let mut decoded = DeviceMessage::new(serial, vec![content])
        .with(domain::device::DeviceQuirk::ColourInPlate, has_colour);
    decoded.channel = fields.find_text(&["channel", "channel_id"]);
    unknown::with_body_quirks(decoded, body)
}

/// A message has no number: camera, plate and second identify it.
fn reading(
    fields: &FieldTree,
    is_stored: bool,
    serial: Option<&str>,
    message: &InboundMessage<'_>,
) -> PlateReading {
    let text = |name: &str| fields.find_text(&[name]).unwrap_or_default();
    let plate = plate_text::parse(&text("plate_num")).plate;
    let occurred_at = device_time::parse(&text("start_time"));
    let key = EventKey::new("huaxia", serial.unwrap_or_default())
        .part("plate", plate.as_deref().unwrap_or_default())
        .time(occurred_at)
        .finish(message.arrival);
    PlateReading {
        key,
        plate,
        confidence: confidence(fields),
        vehicle: VehicleDetails {
            plate_color: vehicle_words::plate_color(&text("plate_color")),
            class: vehicle_words::vehicle_class(&text("vehicle_type")),
            travel: None,
            is_suspect: fields.find_flag("plate_val") == Some(false) || reading_flags::is_suspect(fields),
        },
        occurred_at,
        is_retransmission: is_stored || reading_flags::is_stored(fields),
        is_opened_by_device: false,
        resume_after: None,
    }
}

/// The protocol document has no confidence; some firmware sends one.
fn confidence(fields: &FieldTree) -> ReadingConfidence {
    match fields.find("confidence") {
        Some(value) => ReadingConfidence::parse(&value.text().unwrap_or_default()),
        None => ReadingConfidence::not_reported(),
    }
}
