//! Messages of a simulated camera. The reading's name is that of the field program's function, in the style of the known names.

use serde_json::json;

use crate::huaxia_mode2::play::HuaxiaSighting;

pub fn topic(camera: &str) -> String {
    format!("/device/{camera}/update")
}

pub fn reading(sighting: &HuaxiaSighting<'_>, message_id: &str) -> Vec<u8> {
    json!({
        "cmd": "plateResult", "msgId": message_id, "devId": sighting.camera, "utcTs": sighting.at.micros().div_euclid(1_000_000),
        "plateNum": sighting.plate.unwrap_or("无牌车"), "plateColor": "蓝色", "confidence": sighting.confidence.to_string(), "parkId": "1",
    })
    .to_string()
    .into_bytes()
}

pub fn heartbeat(camera: &str, message_id: &str) -> Vec<u8> {
    json!({ "cmd": "heartbeat", "msgId": message_id, "devId": camera, "status": "ok" })
        .to_string()
        .into_bytes()
}
