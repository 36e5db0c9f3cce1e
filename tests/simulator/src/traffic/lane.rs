//! One lane: cars queue before it, one at a time stands at the barrier.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use protocol::mqtt::OPEN_TTL_MS;
use tokio::sync::Mutex;

use super::TrafficPace;
use super::progress::{LaneName, ProgressKind, ProgressSender};
use crate::controller::{CommandAction, ControllerHandle, FirstCommand};

/// From one car's open barrier to the next car's plate.
const HEADWAY: Duration = Duration::from_millis(900);

/// An answer that comes later opens nothing.
const ANSWER: Duration = Duration::from_millis(OPEN_TTL_MS as u64);

/// A driver who gets no answer rolls back and forth this often; each time the camera reads anew.
const READINGS: u32 = 5;

/// Outcome of a car's drive to a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageOutcome {
    Through,
    TurnedAway,
}

/// A lane with its controller. Clones are the same lane.
#[derive(Clone)]
pub struct TrafficLane {
    name: LaneName,
    controller: ControllerHandle,
    turn: Arc<Mutex<()>>,
}

impl TrafficLane {
    pub fn new(name: &str, direction: LaneDirection, controller: ControllerHandle) -> Self {
        Self { name: LaneName::new(name, direction), controller, turn: Arc::default() }
    }

    /// Waits for its turn and drives up; `plate` is the camera's reading. Cars are served in the order of their arrival.
    pub async fn drive(
        &self,
        plate: Option<&Plate>,
        pace: TrafficPace,
        reports: &ProgressSender,
    ) -> PassageOutcome {
        let _turn = self.turn.lock().await;
        for _ in 0..READINGS {
            let what = self.read(plate).await;
            reports.tell(&self.name, plate, what.clone());
            match what {
                ProgressKind::Opened { .. } => {
                    tokio::time::sleep(pace.scale(HEADWAY)).await;
                    return PassageOutcome::Through;
                }
                ProgressKind::Stopped { .. } => return PassageOutcome::TurnedAway,
                ProgressKind::NoAnswer => {}
                ProgressKind::StoreFull => tokio::time::sleep(pace.scale(ANSWER)).await,
            }
        }
        PassageOutcome::TurnedAway
    }

    async fn read(&self, plate: Option<&Plate>) -> ProgressKind {
        let start = Instant::now();
        let confidence = if plate.is_some() { 98 } else { 0 };
        let Ok(pending) = self.controller.plate_read(plate.map(Plate::as_str), confidence) else {
            return ProgressKind::StoreFull;
        };
        match tokio::time::timeout(ANSWER, pending.decided).await {
            Ok(Ok(decided)) => outcome(decided, start),
            _ => ProgressKind::NoAnswer,
        }
    }
}

fn outcome(decided: FirstCommand, start: Instant) -> ProgressKind {
    let after = decided.at.saturating_duration_since(start);
    match decided.action {
        CommandAction::Opened => ProgressKind::Opened { after },
        CommandAction::Shown => ProgressKind::Stopped { after, text: decided.command.display.text },
        CommandAction::Repeated | CommandAction::Expired | CommandAction::Unknown => ProgressKind::NoAnswer,
    }
}
