//! Posts of a simulated camera.

use domain::time::Timestamp;

/// A reading of the camera.
#[derive(Debug, Clone, Copy)]
pub struct HuaxiaSighting<'a> {
    pub camera: &'a str,
    pub plate: Option<&'a str>,
    pub confidence: u8,
    pub at: Timestamp,
    /// Stored while the gateway was unreachable.
    pub is_stored: bool,
}

pub fn reading(sighting: &HuaxiaSighting<'_>) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("type", if sighting.is_stored { "offline" } else { "online" });
    form.append_pair("plate_num", sighting.plate.unwrap_or("无牌车")).append_pair("plate_color", "蓝色");
    form.append_pair("confidence", &sighting.confidence.to_string()).append_pair("vehicle_type", "轿车");
    form.append_pair("start_time", &sighting.at.micros().div_euclid(1_000_000).to_string());
    form.append_pair("park_id", "1")
        .append_pair("cam_id", sighting.camera)
        .append_pair("cam_ip", "192.168.1.65");
    form.append_pair("picture", "").append_pair("closeup_pic", "");
    form.finish().into_bytes()
}

pub fn heartbeat(camera: &str) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("type", "heartbeat").append_pair("cam_id", camera).append_pair("park_id", "1");
    form.finish().into_bytes()
}
