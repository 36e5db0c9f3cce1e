//! Hikvision cameras and recorders, ISAPI: posted alerts in XML or JSON, alone or in a part next to pictures.
//!
//! The response has no meaning; a request to the camera opens the barrier. `docs/devices/hikvision.md` lists the sources and what is not
//! verified with a device.
//!
//! - `alert`: decodes alerts
//! - `barrier`: the open request
//! - `play`: messages of a simulated camera

mod alert;
mod barrier;
mod play;

use crate::body::MessageBody;
use crate::make::{DeviceConnection, DeviceMake, InboundMessage, OpenRequest, OpeningMethod, UnattendedExit};
use crate::message::DeviceMessage;

pub use play::play;

/// The make `hikvision`.
pub struct HikvisionCamera;

impl DeviceMake for HikvisionCamera {
    fn id(&self) -> &'static str {
        "hikvision"
    }

    fn title(&self) -> &'static str {
        "海康威视 Hikvision (ISAPI)"
    }

    fn connection(&self) -> DeviceConnection {
        DeviceConnection::Posts
    }

    fn opening(&self) -> OpeningMethod {
        OpeningMethod::Request(OpenRequest { request: barrier::request, confirm: barrier::confirm })
    }

    fn unattended_exit(&self) -> UnattendedExit {
        UnattendedExit::OwnList(
            "The camera opens for the allow list that is stored in it (ISAPI Traffic, licensePlateAuditData).",
        )
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        alert::decode(message, &MessageBody::parse(message))
    }
}
