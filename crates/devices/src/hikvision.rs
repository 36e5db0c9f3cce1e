//! Hikvision cameras and recorders, ISAPI: alerts in XML or JSON that are posted, alone or as a part beside pictures.
//!
//! The response says nothing; a request to the camera opens the barrier. `docs/devices/hikvision.md` names the sources and what is not
//! verified with a device.
//!
//! - `alert`: what an alert means
//! - `barrier`: the request that opens
//! - `play`: the camera's part, for the simulator

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
