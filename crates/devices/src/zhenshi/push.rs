//! The make `zhenshi-http`: the camera posts and executes the response.
//!
//! Only `"info": "ok"` in the response opens the barrier. Without a response object of this shape the camera treats its message as
//! undelivered and repeats it without end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::UNATTENDED;
use super::alarm::{self, AlarmSource};
use crate::body::MessageBody;
use crate::make::{
    DeviceConnection, DeviceMake, DeviceReply, InboundMessage, OpeningMethod, ReplyBody, UnattendedExit,
};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent};
use crate::{resemblance, unknown};

/// The make `zhenshi-http`.
pub struct ZhenshiPushCamera;

impl DeviceMake for ZhenshiPushCamera {
    fn id(&self) -> &'static str {
        "zhenshi-http"
    }

    fn title(&self) -> &'static str {
        "臻识 Zhenshi (HTTP 推送)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Posts
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Reply
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UNATTENDED
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let body = MessageBody::parse(message);
        let serial = body.fields.find_text(&["serialno"]);
        let source = AlarmSource {
            message,
            body: &body,
            serial: serial.as_deref().unwrap_or_default(),
            message_id: String::new(),
            sent_at: None,
        };
        let mut contents = alarm::contents(&source);
        if contents.is_empty() {
            contents.push(other(&source));
        }
        let mut decoded = DeviceMessage::new(serial.clone(), contents);
        decoded.channel = alarm::channel(&body);
        unknown::with_body_quirks(decoded, &body)
    }

    fn reply(&self, reply: &DeviceReply<'_>) -> ReplyBody {
        let mut response = json!({
            "info": if reply.open { "ok" } else { "no" },
            // Without this, some Alphadigi cameras repeat the reading without end.
            "content": "retransfer_stop",
            "is_pay": "true",
        });
        if let Some(members) = response.as_object_mut() {
            if let Some(id) = reply.resume_after {
                members.insert("ContinuePushOffline".into(), json!({ "plateid": id, "continue": 1 }));
            }
            if let Some(speech) = reply.speech {
                let voice = STANDARD.encode(speech);
                let request = json!({ "type": "ps_voice_play", "voice": voice, "voice_interval": 0, "voice_volume": 100, "voice_male": 1 });
                members.insert("playserver_json_request".into(), request);
            }
        }
        ReplyBody::json(&json!({ "Response_AlarmInfoPlate": response }))
    }
}

/// Decodes heartbeats, serial port data, snapshots and command results.
fn other(source: &AlarmSource<'_>) -> MessageContent {
    const HEARTBEAT: [&str; 6] = ["device_name", "channel_num", "user_name", "pass_wd", "port", "ipaddr"];
    let fields = &source.body.fields;
    let has = |name: &str| fields.find(name).is_some();
    if has("TriggerImage") {
        return MessageContent::NoReading("snapshot");
    }
    let has_vehicle = source.body.has_picture || resemblance::in_tree(fields);
    match () {
        () if has("SerialData") && !has_vehicle => MessageContent::NoReading("serial_data"),
        () if has("state_code") && has("cmd") && !has_vehicle => MessageContent::NoReading("reply"),
        () if has("serialno") && HEARTBEAT.iter().any(|name| has(name)) && !has_vehicle => {
            MessageContent::Health(DeviceHealth::default())
        }
        () => {
            source.unknown("`AlarmInfoPlate`, `AlarmGioIn` and a heartbeat's `serialno` are missing.", false)
        }
    }
}
