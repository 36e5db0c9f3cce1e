//! Posts of a simulated camera.

use domain::time::Timestamp;
use serde_json::json;

use crate::device_time;

/// A reading as posted to `TollgateInfo`.
pub fn play(device: &str, plate: Option<&str>, confidence: u8, at: Timestamp) -> Vec<u8> {
    json!({ "Picture": {
        "Plate": { "PlateNumber": plate.unwrap_or(""), "PlateColor": "Blue", "Confidence": confidence, "IsExist": plate.is_some() },
        "Vehicle": { "VehicleColor": "White" },
        "SnapInfo": { "DeviceID": device, "Direction": "Obverse", "SnapTime": device_time::local_text(at), "OpenStrobe": false },
        "NormalPic": { "PicName": "a.jpg", "Content": "" },
    } })
    .to_string()
    .into_bytes()
}
