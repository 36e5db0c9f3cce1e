//! Dahua cameras, ITSAPI: posted JSON (in some firmware XML).
//!
//! The response only stops the camera from repeating the message; a request to the camera opens the barrier. A message is recognised by its
//! structure, because its path is configured in the camera. `docs/devices/dahua.md` lists the sources and what is not verified.
//!
//! - `tollgate`: decodes messages
//! - `barrier`: the open request
//! - `play`: messages of a simulated camera

mod barrier;
mod play;
mod tollgate;

use serde_json::json;

use crate::body::MessageBody;
use crate::make::{
    DeviceConnection, DeviceMake, DeviceReply, InboundMessage, OpenRequest, OpeningMethod, ReplyBody,
    UnattendedExit,
};
use crate::message::DeviceMessage;

pub use play::play;

/// The make `dahua`.
pub struct DahuaCamera;

impl DeviceMake for DahuaCamera {
    fn id(&self) -> &'static str {
        "dahua"
    }

    fn title(&self) -> &'static str {
        "大华 Dahua (ITSAPI)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Posts
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Request(OpenRequest { request: barrier::request, confirm: barrier::confirm })
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera opens for the allow list that is stored in it (AllowUser and OpenStrobe of a reading).",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        tollgate::decode(message, &MessageBody::parse(message))
    }

    /// `"result": "true"` stops the camera from repeating the message; some firmware needs the other spelling.
    fn reply(&self, _reply: &DeviceReply<'_>) -> ReplyBody {
        ReplyBody::json(&json!({ "result": "true", "Result": true, "Message": "OK" }))
    }
}
