//! HTTP push: the camera posts, and does what the answer says.
//!
//! Only one answer opens the barrier, `"info": "ok"`, and only [`Reply::open`] makes it. A camera that gets no object of this shape
//! takes its message for undelivered, and sends it again for ever.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::LARGEST;
use super::reading::{AlarmGioIn, AlarmInfoPlate, named};
use crate::told::{Health, Message, Told, Unreadable};

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "AlarmInfoPlate")]
    plate: Option<AlarmInfoPlate>,
    #[serde(rename = "AlarmGioIn")]
    input: Option<AlarmGioIn>,
    #[serde(rename = "SerialData")]
    serial: Option<IgnoredAny>,
    #[serde(rename = "TriggerImage")]
    image: Option<IgnoredAny>,
}

/// A body that was posted. `id` names what has no name of its own (an input that changed): the same for the same post.
pub fn parse(body: &[u8], id: &str) -> Result<Message, Unreadable> {
    if body.len() > LARGEST {
        return Err(Unreadable::TooLarge(LARGEST));
    }
    if let Some(serial) = heartbeat(body) {
        return Ok(Message::new(named(&serial), Told::Alive(Health::default())));
    }
    let push: Push =
        serde_json::from_slice(body).map_err(|_| Unreadable::NotA("JSON of a reading, nor a heartbeat"))?;
    match push {
        Push { plate: Some(plate), .. } => plate.told(&plate.serialno.0, str::to_owned),
        Push { input: Some(input), .. } => input.told(&input.serialno.0, id, None),
        Push { serial: Some(_), .. } => Ok(nothing("serial_data")),
        Push { image: Some(_), .. } => Ok(nothing("snapshot")),
        _ => Err(Unreadable::NotA("a push of this make")),
    }
}

fn nothing(what: &'static str) -> Message {
    Message::new(None, Told::Nothing(what))
}

/// The serial number of a heartbeat: a form, with its parts between boundaries or with `&`. Some firmware sends parts without line ends.
fn heartbeat(body: &[u8]) -> Option<String> {
    const LARGEST_HEARTBEAT: usize = 4 * 1024;
    let text = std::str::from_utf8(body.get(..body.len().min(LARGEST_HEARTBEAT))?).ok()?;
    if text.trim_start().starts_with('{') || !text.contains("serialno") {
        return None;
    }
    let (_, after) = text.split_once("serialno")?;
    let value = after.trim_start_matches(['"', '=', '\r', '\n', ' ']);
    let end =
        value.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(value.len());
    // Where there is no line end, the next boundary follows at once.
    let serial = value.get(..end)?.split("------").next()?;
    Some(serial.to_owned())
}

/// What to answer. The default opens nothing and says that the message has arrived.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub open: bool,
    /// [`crate::told::Reading::next`] of a reading that the camera had kept: now it sends the next.
    pub go_on_after: Option<i64>,
    /// To be spoken.
    pub say: Option<String>,
}

impl Reply {
    pub fn body(&self) -> Value {
        let mut answer = json!({
            "info": if self.open { "ok" } else { "no" },
            // Without this, some of Alphadigi's cameras send the reading again for ever.
            "content": "retransfer_stop",
            "is_pay": "true",
        });
        let Some(members) = answer.as_object_mut() else { return answer };
        if let Some(id) = self.go_on_after {
            members.insert("ContinuePushOffline".into(), json!({ "plateid": id, "continue": 1 }));
        }
        if let Some(text) = &self.say {
            let voice = STANDARD.encode(text);
            members.insert(
                "playserver_json_request".into(),
                json!({ "type": "ps_voice_play", "voice": voice, "voice_interval": 0, "voice_volume": 100, "voice_male": 1 }),
            );
        }
        json!({ "Response_AlarmInfoPlate": answer })
    }
}
