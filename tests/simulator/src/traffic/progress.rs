//! Events at the gates, as plain values for printing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{FixedOffset, Utc};
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use tokio::sync::mpsc;

/// A lane's name for people, with the side of the gate that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneName {
    name: Arc<str>,
    direction: LaneDirection,
}

impl LaneName {
    pub fn new(name: &str, direction: LaneDirection) -> Self {
        Self { name: name.into(), direction }
    }

    fn arrow(&self) -> char {
        match self.direction {
            LaneDirection::In => '→',
            LaneDirection::Out => '←',
        }
    }
}

impl fmt::Display for LaneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// One answer of a gate, or its absence.
#[derive(Debug, Clone)]
pub struct TrafficProgress {
    /// `HH:MM:SS` at the garage.
    pub at: String,
    pub lane: LaneName,
    /// As the camera read it.
    pub plate: Option<Plate>,
    pub what: ProgressKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgressKind {
    /// The barrier went up this long after the plate was read.
    Opened { after: Duration },
    /// It stayed down; `text` is the reason on the lane's display.
    Stopped { after: Duration, text: String },
    /// Neither came while the driver waited.
    NoAnswer,
    /// The controller has no room for another event.
    StoreFull,
}

impl fmt::Display for TrafficProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plate = self.plate.as_ref().map_or("(unread)", Plate::as_str);
        write!(f, "{} {plate} {} {} ", self.at, self.lane.arrow(), self.lane)?;
        match &self.what {
            ProgressKind::Opened { after } => write!(f, "opened in {:.1} ms", millis(*after)),
            ProgressKind::Stopped { after, text } => write!(f, "stopped in {:.1} ms: {text}", millis(*after)),
            ProgressKind::NoAnswer => f.write_str("no answer"),
            ProgressKind::StoreFull => f.write_str("the controller's store is full"),
        }
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The channel of the traffic's reports; drops reports that find no room.
#[derive(Debug, Clone)]
pub struct ProgressSender(mpsc::Sender<TrafficProgress>);

impl ProgressSender {
    /// At most `room` reports wait for the reader.
    pub fn channel(room: usize) -> (Self, mpsc::Receiver<TrafficProgress>) {
        let (sender, receiver) = mpsc::channel(room.max(1));
        (Self(sender), receiver)
    }

    pub(super) fn tell(&self, lane: &LaneName, plate: Option<&Plate>, what: ProgressKind) {
        let at = local_time();
        // The channel is full or closed: the report is dropped.
        let _ = self.0.try_send(TrafficProgress { at, lane: lane.clone(), plate: plate.cloned(), what });
    }
}

/// Asia/Shanghai has no daylight saving.
fn local_time() -> String {
    let now = Utc::now();
    match FixedOffset::east_opt(8 * 3600) {
        Some(offset) => now.with_timezone(&offset).format("%H:%M:%S").to_string(),
        None => now.format("%H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_like_a_line_of_a_log() {
        let progress = TrafficProgress {
            at: "15:31:02".to_owned(),
            lane: LaneName::new("B1 入口", LaneDirection::In),
            plate: Plate::parse("鲁B12345").ok(),
            what: ProgressKind::Opened { after: Duration::from_micros(3_140) },
        };
        assert_eq!(progress.to_string(), "15:31:02 鲁B12345 → B1 入口 opened in 3.1 ms");
    }
}
