//! Messages of a simulated Frigate.

use domain::time::Timestamp;
use serde_json::{Value, json};

/// A vehicle in view of a camera.
#[derive(Debug, Clone, Copy)]
pub struct FrigateObject<'a> {
    pub camera: &'a str,
    /// `START_TIME-RANDOM`, constant while the object is in view.
    pub id: &'a str,
    pub plate: Option<&'a str>,
    /// Percent.
    pub confidence: u8,
    pub is_stationary: bool,
    pub at: Timestamp,
}

impl FrigateObject<'_> {
    fn score(&self) -> f64 {
        f64::from(self.confidence) / 100.0
    }

    fn seconds(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "microseconds of this century have 51 bits")]
        let micros = self.at.micros() as f64;
        micros / 1e6
    }

    /// Payload on `frigate/tracked_object_update`; `None` without a plate.
    pub fn update(&self) -> Option<Vec<u8>> {
        let plate = self.plate?;
        let update = json!({
            "type": "lpr", "id": self.id, "name": null, "plate": plate, "score": self.score(), "camera": self.camera,
            "timestamp": self.seconds(),
        });
        Some(update.to_string().into_bytes())
    }

    /// Payload on `frigate/events`; `kind` is `new`, `update` or `end`.
    pub fn event(&self, kind: &str) -> Vec<u8> {
        let after = json!({
            "id": self.id, "camera": self.camera, "frame_time": self.seconds(), "label": "car", "sub_label": null, "top_score": 0.95,
            "false_positive": false, "start_time": self.seconds(), "score": 0.91, "current_zones": [], "entered_zones": [],
            "end_time": if kind == "end" { json!(self.seconds()) } else { Value::Null },
            "stationary": self.is_stationary, "active": !self.is_stationary,
            "recognized_license_plate": self.plate, "recognized_license_plate_score": self.plate.map(|_| self.score()),
        });
        json!({ "type": kind, "before": after, "after": after }).to_string().into_bytes()
    }
}
