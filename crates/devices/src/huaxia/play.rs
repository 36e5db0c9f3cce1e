//! Posts of a simulated camera.

use domain::time::Timestamp;

/// A reading (plate, time, whether it was stored), or with `None` a heartbeat.
pub fn play(camera: &str, car: Option<(&str, Timestamp, bool)>) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match car {
        Some((plate, at, kept)) => {
            form.append_pair("type", if kept { "offline" } else { "online" });
            form.append_pair("plate_num", plate).append_pair("plate_color", "蓝色");
            form.append_pair("start_time", &at.micros().div_euclid(1_000_000).to_string());
            form.append_pair("picture", "").append_pair("closeup_pic", "");
        }
        None => {
            form.append_pair("type", "heartbeat");
        }
    }
    form.append_pair("park_id", "1").append_pair("cam_id", camera).append_pair("cam_ip", "192.168.1.65");
    form.finish().into_bytes()
}
