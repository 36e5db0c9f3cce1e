//! Huaxia (华夏智信) cameras, HTTP mode 5: posted forms; the response opens the barrier.
//!
//! `docs/devices/huaxia.md` lists the sources and what is not verified with a device.
//!
//! - `push`: decodes messages
//! - `play`: messages of a simulated camera

mod play;
mod push;

use serde_json::json;

use crate::body::MessageBody;
use crate::make::{
    DeviceConnection, DeviceMake, DeviceReply, InboundMessage, OpeningMethod, ReplyBody, UnattendedExit,
};
use crate::message::DeviceMessage;

pub use play::play;

/// The make `huaxia`.
pub struct HuaxiaCamera;

impl DeviceMake for HuaxiaCamera {
    fn id(&self) -> &'static str {
        "huaxia"
    }

    fn title(&self) -> &'static str {
        "华夏智信 Huaxia (HTTP 模式5)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Posts
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Reply
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera opens for the white list that is stored in it while the server is away (whitelist_data).",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        push::decode(message, &MessageBody::parse(message))
    }

    /// With another `error_num` than 0 the camera repeats the message.
    fn reply(&self, reply: &DeviceReply<'_>) -> ReplyBody {
        ReplyBody::json(&if reply.open {
            json!({ "error_num": 0, "error_str": "", "gpio_data": [{ "ionum": "io1", "action": "on" }] })
        } else {
            json!({ "error_num": 0, "error_str": "" })
        })
    }
}
