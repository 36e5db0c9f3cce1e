//! The make `zhenshi-mqtt`: topics with the serial number, texts in base64, an envelope around everything.
//!
//! Cameras use two topic layouts, the one from before March 2024 and the present one; an updated camera keeps the old one until it is
//! reset. Commands use the layout in which the camera publishes. The maker's page has a reading directly in `payload`, and an input and
//! the number of stored readings in `payload.body`; every kind is read from both.

use domain::device::DeviceQuirk;
use domain::time::Timestamp;
use serde_json::json;

use super::alarm::{self, AlarmSource};
use super::{UNATTENDED, lane_event};
use crate::body::MessageBody;
use crate::make::{
    BrokerTopics, DeviceConnection, DeviceMake, InboundMessage, OpeningMethod, PublishTarget,
    PublishedCommand, UnattendedExit,
};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent};
use crate::{device_time, resemblance, unknown};

/// The make `zhenshi-mqtt`.
pub struct ZhenshiBrokerCamera;

/// Topics of the make `zhenshi-mqtt`.
pub struct ZhenshiTopics;

impl DeviceMake for ZhenshiBrokerCamera {
    fn id(&self) -> &'static str {
        "zhenshi-mqtt"
    }

    fn title(&self) -> &'static str {
        "臻识 Zhenshi (MQTT)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Publishes(&ZhenshiTopics)
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Publish
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UNATTENDED
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let body = MessageBody::parse(message);
        let topic = TopicParts::parse(message.address);
        let serial =
            topic.map(|topic| topic.serial.to_owned()).or_else(|| body.fields.find_text(&["sn", "serialno"]));
        let name = body.fields.own_text(&["name"]).unwrap_or_default();
        let kind = topic.map_or(name.as_str(), |topic| topic.kind);
        let source = AlarmSource {
            message,
            body: &body,
            serial: serial.as_deref().unwrap_or_default(),
            message_id: body.fields.own_text(&["id"]).unwrap_or_default(),
            sent_at: body.fields.own_text(&["timestamp"]).and_then(|text| device_time::parse(&text)),
        };
        let mut contents = alarm::contents(&source);
        if contents.is_empty() {
            contents.push(other(kind, &source));
        }
        let is_old = topic.is_some_and(|topic| topic.layout == TopicLayout::Old);
        let mut decoded = DeviceMessage::new(serial.clone(), contents).with(DeviceQuirk::OldTopics, is_old);
        decoded.channel = alarm::channel(&body);
        unknown::with_body_quirks(decoded, &body)
    }
}

/// A message without a reading or an input.
fn other(kind: &str, source: &AlarmSource<'_>) -> MessageContent {
    let fields = &source.body.fields;
    match kind {
        "lanectrl_result" => lane_event::content(source),
        "ivs_result" => source.unknown("`payload.AlarmInfoPlate` is missing.", true),
        "gpio_in" => source.unknown("`payload.body.AlarmGioIn` is missing.", false),
        "keep_alive" | "offline_record" if resemblance::in_tree(fields) => {
            source.unknown("A message of this kind has no plate.", false)
        }
        "keep_alive" => {
            let firmware = fields.own_text(&["bv"]);
            MessageContent::Health(DeviceHealth { firmware, ..DeviceHealth::default() })
        }
        "offline_record" => {
            let stored_readings =
                fields.find_number("offline_record").and_then(|count| u32::try_from(count).ok());
            MessageContent::Health(DeviceHealth { stored_readings, ..DeviceHealth::default() })
        }
        "barr_gate_status" => MessageContent::NoReading("barr_gate_status"),
        "reply" => MessageContent::NoReading("reply"),
        "serial_data" => MessageContent::NoReading("serial_data"),
        "snapshot" => MessageContent::NoReading("snapshot"),
        _ => source.unknown("The topic's last part is no known kind of message.", false),
    }
}

/// Layout of a camera's topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TopicLayout {
    /// `device/{sn}/message/...`
    Present,
    /// `{sn}/device/message/...`
    Old,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TopicParts<'a> {
    layout: TopicLayout,
    serial: &'a str,
    kind: &'a str,
}

impl<'a> TopicParts<'a> {
    /// `None` if no camera publishes on this topic.
    fn parse(topic: &'a str) -> Option<Self> {
        let topic = topic.strip_prefix('/').unwrap_or(topic);
        let present = topic.strip_prefix("device/").and_then(|rest| rest.split_once("/message/"));
        let (layout, (serial, rest)) = match present {
            Some(parts) => (TopicLayout::Present, parts),
            None => (TopicLayout::Old, topic.split_once("/device/message/")?),
        };
        let kind = match (rest.strip_prefix("up/"), rest.strip_suffix("/reply")) {
            (Some(kind), _) => kind,
            (None, Some(_)) => "reply",
            (None, None) => return None,
        };
        (!serial.is_empty() && !serial.contains('/')).then_some(Self { layout, serial, kind })
    }
}

impl BrokerTopics for ZhenshiTopics {
    fn published_by(&self, serial: &str) -> Vec<String> {
        vec![
            format!("device/{serial}/message/up/#"),
            format!("device/{serial}/message/down/+/reply"),
            format!("{serial}/device/message/up/#"),
            format!("{serial}/device/message/down/+/reply"),
        ]
    }

    fn subscribed_by(&self, serial: &str) -> Vec<String> {
        vec![format!("device/{serial}/message/down/#"), format!("{serial}/device/message/down/#")]
    }

    fn is_from(&self, serial: &str, topic: &str, _payload: &[u8]) -> bool {
        TopicParts::parse(topic).is_some_and(|topic| topic.serial == serial)
    }

    /// Requests a pulse at output 0, which all firmware supports.
    fn open_command(&self, target: &PublishTarget<'_>) -> Option<PublishedCommand> {
        let layout =
            target.last_topic.and_then(TopicParts::parse).map_or(TopicLayout::Present, |topic| topic.layout);
        let serial = target.serial;
        let topic = match layout {
            TopicLayout::Present => format!("device/{serial}/message/down/gpio_out"),
            TopicLayout::Old => format!("{serial}/device/message/down/gpio_out"),
        };
        let body = json!({ "delay": 500, "io": 0, "value": 2 });
        let payload = json!({
            "id": target.command_id, "sn": serial, "name": "gpio_out", "version": "1.0", "timestamp": seconds(target.now),
            "payload": { "type": "gpio_out", "body": body },
        });
        Some(PublishedCommand { topic, payload: payload.to_string().into_bytes() })
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_of_topics_are_known() {
        let parts = |layout, serial, kind| Some(TopicParts { layout, serial, kind });
        for (topic, wanted) in [
            ("device/sn-1/message/up/ivs_result", parts(TopicLayout::Present, "sn-1", "ivs_result")),
            ("sn-1/device/message/up/keep_alive", parts(TopicLayout::Old, "sn-1", "keep_alive")),
            ("/sn-1/device/message/up/keep_alive", parts(TopicLayout::Old, "sn-1", "keep_alive")),
            ("device/sn-1/message/down/gpio_out/reply", parts(TopicLayout::Present, "sn-1", "reply")),
            ("device/sn-1/message/down/gpio_out", None),
            ("device//message/up/ivs_result", None),
            ("device/a/b/message/up/ivs_result", None),
            ("parking/v1/school/gate/event", None),
        ] {
            assert_eq!(TopicParts::parse(topic), wanted, "{topic}");
        }
    }
}
