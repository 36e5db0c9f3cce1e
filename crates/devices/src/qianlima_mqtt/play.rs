//! Messages of a simulated camera, with the public names and for the others the most common ones.

use domain::time::Timestamp;
use serde_json::json;

pub fn topic(serial: &str) -> String {
    format!("device/{serial}/sys/message/up")
}

pub fn reading(serial: &str, plate: Option<&str>, confidence: u8, at: Timestamp) -> Vec<u8> {
    json!({
        "cmd": "plateResult", "sn": serial, "timestamp": at.micros().div_euclid(1_000),
        "plateNum": plate.unwrap_or("无牌车"), "nColor": 1, "detectFlag": 1, "confidence": confidence,
    })
    .to_string()
    .into_bytes()
}

pub fn input(serial: &str, number: u8, is_closed: bool, at: Timestamp) -> Vec<u8> {
    let value = u8::from(is_closed);
    json!({ "cmd": "ioInput", "sn": serial, "timestamp": at.micros().div_euclid(1_000), "io": number, "value": value })
        .to_string()
        .into_bytes()
}

pub fn heartbeat(serial: &str, at: Timestamp) -> Vec<u8> {
    json!({ "cmd": "heartbeat", "sn": serial, "timestamp": at.micros().div_euclid(1_000) })
        .to_string()
        .into_bytes()
}
