//! Huaxia (华夏智信) cameras on the garage's broker.
//!
//! Topics, envelope, heartbeat and open command are those of a public field program. The name of the message with a reading is not public:
//! a plate and a word in `cmd` identify it. `docs/devices/huaxia-mqtt.md` lists what is not verified.

pub mod play;

use serde_json::json;

use crate::flat_fields::FlatFields;
use crate::huaxia_mode2::{PLATE, reading, unknown};
use crate::make::{
    BrokerTopics, DeviceConnection, DeviceMake, InboundMessage, OpeningMethod, PublishTarget,
    PublishedCommand, UnattendedExit,
};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent};
use crate::text::unknown_kind;

/// Words in the `cmd` of a reading.
const READING_WORDS: [&str; 5] = ["plate", "result", "reco", "online", "offline"];
/// Words in the `cmd` of a message with a plate that is no reading: a car that turned back, stays, follows another, or is no car.
const ALARM_WORDS: [&str; 9] =
    ["alarm", "reverse", "back", "return", "retention", "detain", "stay", "follow", "nonmotor"];

pub struct HuaxiaMqttMake;

impl DeviceMake for HuaxiaMqttMake {
    fn id(&self) -> &'static str {
        "huaxia-mqtt"
    }

    fn title(&self) -> &'static str {
        "华夏智信 Huaxia (MQTT)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Publishes(&HuaxiaTopics)
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Publish
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera has a white list of its own; which cars it opens for without a server is set in its web page.",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let Some(fields) = FlatFields::from_json(message.body) else {
            let resembles = crate::flat_fields::resembles_reading(message.body);
            return DeviceMessage::not_understood("the message is no JSON", resembles);
        };
        let serial =
            fields.text(&["dev_id", "cam_id"]).or_else(|| camera_of(message.address)).map(str::to_owned);
        let mut decoded = DeviceMessage::new(serial, vec![content(&fields, message)]);
        decoded.quirks.extend(fields.quirks);
        decoded
    }
}

fn content(fields: &FlatFields, message: &InboundMessage<'_>) -> MessageContent {
    let cmd = fields.text(&["cmd"]).unwrap_or_default().to_ascii_lowercase();
    let speaks_of = |words: &[&str]| words.iter().any(|word| cmd.contains(word));
    let has_plate = fields.has(&PLATE);
    match cmd.as_str() {
        "heartbeat" => MessageContent::Health(DeviceHealth::default()),
        _ if cmd.ends_with("rsp") => MessageContent::NoReading("reply to a command"),
        _ if cmd.contains("485") => MessageContent::NoReading("serial data"),
        _ if has_plate && speaks_of(&READING_WORDS) && !speaks_of(&ALARM_WORDS) => {
            MessageContent::Reading(reading("huaxia-mqtt", fields, message, cmd.contains("offline")))
        }
        "" => unknown("cmd is missing", fields, message.body),
        _ => unknown(&unknown_kind("cmd", &cmd), fields, message.body),
    }
}

fn camera_of(topic: &str) -> Option<&str> {
    let mut levels = topic.trim_start_matches('/').split('/');
    (levels.next() == Some("device")).then(|| levels.next()).flatten()
}

struct HuaxiaTopics;

impl BrokerTopics for HuaxiaTopics {
    fn published_by(&self, serial: &str) -> Vec<String> {
        vec![format!("/device/{serial}/#")]
    }

    fn subscribed_by(&self, serial: &str) -> Vec<String> {
        vec![command_topic(serial)]
    }

    fn is_from(&self, serial: &str, topic: &str, _payload: &[u8]) -> bool {
        topic.starts_with(&format!("/device/{serial}/")) && topic != command_topic(serial)
    }

    fn open_command(&self, target: &PublishTarget<'_>) -> Option<PublishedCommand> {
        let payload = json!({
            "cmd": "ioOutput", "msgId": message_id(target), "utcTs": target.now.micros().div_euclid(1_000_000),
            "gpioData": { "ioNum": "io1", "action": "on" },
        });
        Some(PublishedCommand {
            topic: command_topic(target.serial),
            payload: payload.to_string().into_bytes(),
        })
    }
}

fn command_topic(serial: &str) -> String {
    format!("/device/{serial}/get")
}

/// Twenty digits: 13 for the time in milliseconds and 7 that differ between commands.
fn message_id(target: &PublishTarget<'_>) -> String {
    let digits = target.command_id.bytes().fold(0_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 10_000_000);
    format!("{:013}{digits:07}", target.now.micros().div_euclid(1_000))
}
