//! Huaxia (华夏智信) cameras in HTTP mode 2: posted forms; the response opens the barrier.
//!
//! The maker calls mode 2 usable and no longer extended. `docs/devices/huaxia-mode2.md` lists what is not verified.

pub mod play;

use domain::vehicle::VehicleDetails;
use serde_json::json;

use crate::event_key::EventKey;
use crate::flat_fields::{FlatFields, resembles_reading};
use crate::make::{
    DeviceConnection, DeviceMake, DeviceReply, InboundMessage, OpeningMethod, ReplyBody, UnattendedExit,
};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent, PlateReading, UnknownContent};
use crate::text::unknown_kind;
use crate::{plate_text, vehicle_words};

/// Names of the plate in the maker's modes and in field programs.
pub(crate) const PLATE: [&str; 2] = ["plate_num", "plate"];

pub struct HuaxiaModeTwoMake;

impl DeviceMake for HuaxiaModeTwoMake {
    fn id(&self) -> &'static str {
        "huaxia-mode2"
    }

    fn title(&self) -> &'static str {
        "华夏智信 Huaxia (HTTP mode 2)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Posts
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Reply
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera has a white list of its own; which cars it opens for without a server is set in its web page.",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let fields =
            FlatFields::from_json(message.body).unwrap_or_else(|| FlatFields::from_form(message.body));
        let content = content(&fields, message);
        let mut decoded = DeviceMessage::new(fields.text(&["cam_id"]).map(str::to_owned), vec![content]);
        decoded.quirks.extend(fields.quirks);
        decoded
    }

    /// With another `error_num` the camera repeats the reading. Three field programs agree on `gpio_data`.
    fn reply(&self, reply: &DeviceReply<'_>) -> ReplyBody {
        let mut body = json!({ "error_num": 0, "error_str": "noerror" });
        if let (true, Some(members)) = (reply.open, body.as_object_mut()) {
            members.insert("gpio_data".into(), json!([{ "ionum": "io1", "action": "on" }]));
        }
        ReplyBody::json(&body)
    }
}

fn content(fields: &FlatFields, message: &InboundMessage<'_>) -> MessageContent {
    let kind = fields.text(&["type"]).unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "online" => MessageContent::Reading(reading("huaxia-mode2", fields, message, false)),
        "offline" => MessageContent::Reading(reading("huaxia-mode2", fields, message, true)),
        "heartbeat" => MessageContent::Health(DeviceHealth::default()),
        // It is unknown whether mode 2 has a type at all.
        "" if fields.has(&["plate_num"]) => {
            MessageContent::Reading(reading("huaxia-mode2", fields, message, false))
        }
        "" => unknown("type is missing", fields, message.body),
        other => unknown(&unknown_kind("type", other), fields, message.body),
    }
}

pub(crate) fn unknown(fault: &str, fields: &FlatFields, body: &[u8]) -> MessageContent {
    let resembles_reading = fields.resemble_reading() || resembles_reading(body);
    MessageContent::NotUnderstood(UnknownContent { fault: fault.to_owned(), resembles_reading })
}

/// A reading by the maker's field names, which differ between its protocols only in case and underscores.
pub(crate) fn reading(
    make: &'static str,
    fields: &FlatFields,
    message: &InboundMessage<'_>,
    is_stored: bool,
) -> PlateReading {
    let occurred_at = fields.time(&["start_time", "utc_ts"]);
    let plate = fields.text(&PLATE).unwrap_or_default();
    let key = EventKey::new(make, fields.text(&["cam_id", "dev_id"]).unwrap_or_default())
        .part("park", fields.text(&["park_id"]).unwrap_or_default())
        .part("plate", plate)
        .time(occurred_at);
    PlateReading {
        key: key.finish(message.arrival),
        plate: plate_text::parse(plate).plate,
        confidence: fields.confidence(&["confidence"]),
        vehicle: vehicle(fields),
        occurred_at,
        is_retransmission: is_stored,
        is_opened_by_device: false,
        resume_after: None,
    }
}

fn vehicle(fields: &FlatFields) -> VehicleDetails {
    VehicleDetails {
        plate_color: fields.text(&["plate_color"]).and_then(vehicle_words::plate_color),
        class: fields.text(&["vehicle_type"]).and_then(vehicle_words::vehicle_class),
        travel: None,
        is_suspect: fields.text(&["plate_val"]).is_some_and(|valid| matches!(valid, "false" | "0")),
    }
}
