//! Messages of a simulated camera, in the format of the maker's pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::message::SignalKind;

/// A car in view of the camera.
#[derive(Debug, Clone)]
pub struct ZhenshiSighting<'a> {
    pub serial: &'a str,
    /// The camera's counter.
    pub number: i64,
    /// `None`: a car without a readable plate.
    pub plate: Option<&'a str>,
    pub confidence: u8,
    pub at: Timestamp,
    pub kept: bool,
    /// The camera opened the barrier by its own list.
    pub opened: bool,
}

/// Body of a posted reading.
pub fn push(sight: &ZhenshiSighting<'_>) -> Vec<u8> {
    json!({ "AlarmInfoPlate": reading(sight, |text| text.to_owned()) }).to_string().into_bytes()
}

/// Payload of `ivs_result`.
pub fn ivs_result(sight: &ZhenshiSighting<'_>) -> Vec<u8> {
    let payload = json!({ "AlarmInfoPlate": reading(sight, |text| STANDARD.encode(text)) });
    envelope(sight.serial, "ivs_result", sight.number, sight.at, &payload)
}

/// Payload of `lanectrl_result`; `None` for a signal that a camera does not send this way.
pub fn lane_event(serial: &str, kind: SignalKind, number: i64, at: Timestamp) -> Option<Vec<u8>> {
    let event_type = match kind {
        SignalKind::Free => 73,
        SignalKind::Stuck => 82,
        SignalKind::Passed => 83,
        SignalKind::Reversed => 84,
        SignalKind::Tailgated => 85,
        SignalKind::Input { .. } | SignalKind::Barrier(_) => return None,
    };
    let payload = json!({ "event_type": event_type, "result_id": number, "isoffline": 0, "result": [] });
    Some(envelope(serial, "lanectrl_result", number, at, &payload))
}

/// Payload of `keep_alive`.
pub fn keep_alive(serial: &str, at: Timestamp) -> Vec<u8> {
    envelope(serial, "keep_alive", 0, at, &json!({}))
}

fn reading(sight: &ZhenshiSighting<'_>, written: impl Fn(&str) -> String) -> Value {
    let micros = sight.at.micros();
    json!({
        "channel": 0, "deviceName": written("入口"), "ipaddr": "192.168.1.64", "serialno": sight.serial,
        "result": { "PlateResult": {
            "license": written(sight.plate.unwrap_or("_无_")), "confidence": sight.confidence, "colorType": 1,
            "type": if sight.plate.is_some() { 1 } else { 31 }, "direction": 4, "triggerType": 1, "isoffline": u8::from(sight.kept), "is_fake_plate": 0, "plateid": sight.number,
            "timeStamp": { "Timeval": { "sec": micros.div_euclid(1_000_000), "usec": micros.rem_euclid(1_000_000) } },
            "gioouts": [{ "ionum": 0, "ctrltype": if sight.opened { 2 } else { 0 } }],
            "imageFile": "", "imageFileLen": 0,
        } },
    })
}

fn envelope(serial: &str, name: &str, id: i64, at: Timestamp, payload: &Value) -> Vec<u8> {
    let seconds = at.micros().div_euclid(1_000_000);
    json!({
        "id": id.to_string(), "bv": "16771", "sn": serial, "name": name, "version": "1.0", "timestamp": seconds,
        "payload": payload,
    })
    .to_string()
    .into_bytes()
}
