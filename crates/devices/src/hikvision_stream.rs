//! Hikvision cameras and recorders. The gateway requests their alert stream: `alertStream` of ISAPI.
//!
//! Each part is an alert in XML or JSON, as the make `hikvision` posts it, or a picture. The barrier opens as with that make.
//! `docs/devices/hikvision-stream.md` lists what is not verified.

pub mod play;

use std::time::Duration;

use crate::hikvision::HikvisionCamera;
use crate::make::{DeviceConnection, DeviceMake, EventStream, InboundMessage, OpeningMethod, UnattendedExit};
use crate::message::{DeviceMessage, MessageContent};

/// Cameras send an alert `videoloss`, `inactive` as a heartbeat, some every 10 seconds, some every 30.
const SILENCE: Duration = Duration::from_secs(90);

pub struct HikvisionStreamMake;

impl DeviceMake for HikvisionStreamMake {
    fn id(&self) -> &'static str {
        "hikvision-stream"
    }

    fn title(&self) -> &'static str {
        "海康威视 Hikvision (alert stream)"
    }

    /// The stream has the alerts of all channels; each alert contains its channel.
    fn connection(&self) -> DeviceConnection {
        let path = |_: u32| "/ISAPI/Event/notification/alertStream".to_owned();
        DeviceConnection::Streams(EventStream { path, silence: SILENCE })
    }

    fn opening(&self) -> OpeningMethod {
        HikvisionCamera.opening()
    }

    fn unattended_exit(&self) -> UnattendedExit {
        HikvisionCamera.unattended_exit()
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        let is_image =
            message.content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("image/"));
        if is_image || message.body.starts_with(b"\xff\xd8") {
            return DeviceMessage::new(None, vec![MessageContent::NoReading("picture")]);
        }
        if message.body.iter().all(u8::is_ascii_whitespace) {
            return DeviceMessage::new(None, vec![MessageContent::NoReading("empty part")]);
        }
        HikvisionCamera.decode(message)
    }
}
