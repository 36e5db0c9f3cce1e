//! Dahua cameras, also sold as Intelbras. The gateway requests their event stream: `snapManager.cgi` or `eventManager.cgi`.
//!
//! A part of the stream is a heartbeat, a picture or events: lines `Events[0].TrafficCar.PlateNumber=...`, or
//! `Code=TrafficJunction;action=Pulse;index=0;data={...}`. The barrier opens as with the make `dahua`. Channels of requests begin at 1, those of
//! responses at 0. `docs/devices/dahua-stream.md` lists what is not verified.

mod event;
pub mod play;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::dahua::DahuaCamera;
use crate::flat_fields::{FlatFields, resembles_reading};
use crate::make::{DeviceConnection, DeviceMake, EventStream, InboundMessage, OpeningMethod, UnattendedExit};
use crate::message::{DeviceHealth, DeviceMessage, MessageContent};
use crate::text;

use event::TrafficEvent;

/// Requested time between heartbeats in seconds.
const HEARTBEAT: u32 = 5;

pub struct DahuaStreamMake;

impl DeviceMake for DahuaStreamMake {
    fn id(&self) -> &'static str {
        "dahua-stream"
    }

    fn title(&self) -> &'static str {
        "大华 Dahua (event stream)"
    }

    fn connection(&self) -> DeviceConnection {
        let silence = Duration::from_secs(u64::from(HEARTBEAT) * 4);
        DeviceConnection::Streams(EventStream { path: snap_path, silence })
    }

    fn opening(&self) -> OpeningMethod {
        DahuaCamera.opening()
    }

    fn unattended_exit(&self) -> UnattendedExit {
        DahuaCamera.unattended_exit()
    }

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage {
        if is_picture(message) {
            return DeviceMessage::new(None, vec![MessageContent::NoReading("picture")]);
        }
        let decoded = text::decode(message.body, None);
        let events = events(&decoded.text);
        let contents: Vec<_> = events.iter().map(|event| event.content(message)).collect();
        let mut decoded_message = match (contents.is_empty(), decoded.text.trim()) {
            (_, "Heartbeat") => {
                DeviceMessage::new(None, vec![MessageContent::Health(DeviceHealth::default())])
            }
            (true, "") => DeviceMessage::new(None, vec![MessageContent::NoReading("empty part")]),
            (true, _) => DeviceMessage::not_understood(
                "the part has neither Events nor Code",
                resembles_reading(message.body),
            ),
            (false, _) => DeviceMessage::new(None, contents),
        };
        decoded_message.channel = events.first().and_then(TrafficEvent::channel);
        decoded_message.quirks.extend(decoded.quirks);
        decoded_message
    }
}

fn snap_path(channel: u32) -> String {
    format!(
        "/cgi-bin/snapManager.cgi?action=attachFileProc&channel={channel}&heartbeat={HEARTBEAT}&Flags[0]=Event&Events=[TrafficJunction]"
    )
}

fn is_picture(message: &InboundMessage<'_>) -> bool {
    message.content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("image/"))
        || message.body.starts_with(b"\xff\xd8")
}

/// The events of one part, in either format.
fn events(text: &str) -> Vec<TrafficEvent> {
    if let Some(start) =
        text.find("Code=").filter(|start| text.get(..*start).is_some_and(|before| before.trim().is_empty()))
    {
        return TrafficEvent::from_code(text.get(start..).unwrap_or_default()).into_iter().collect();
    }
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    for line in text.lines() {
        if let Some((index, field)) = numbered(line.trim()) {
            let own = lines.entry(index).or_default();
            own.push_str(field);
            own.push('\n');
        }
    }
    if !lines.is_empty() {
        return lines.values().map(|own| TrafficEvent::new(FlatFields::from_lines(own))).collect();
    }
    FlatFields::from_json(text.as_bytes()).map(TrafficEvent::new).into_iter().collect()
}

/// Splits `Events[0].Lane=1` into index and rest; some firmware writes `ReturnEvents`.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("Events[").or_else(|| line.strip_prefix("ReturnEvents["))?;
    let (index, field) = rest.split_once("].")?;
    index.bytes().all(|byte| byte.is_ascii_digit()).then_some((index, field))
}
