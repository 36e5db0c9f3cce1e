//! One lane: cars queue before it, one at a time stands at the barrier.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::occupancy::Direction;
use domain::plate::Plate;
use protocol::mqtt::OPEN_TTL_MS;
use tokio::sync::Mutex;

use super::Pace;
use super::progress::{Reports, What};
use crate::controller::{Action, Decided, Handle};

/// From one car's open barrier to the next car's plate.
const HEADWAY: Duration = Duration::from_millis(900);

/// An answer that comes later opens nothing.
const ANSWER: Duration = Duration::from_millis(OPEN_TTL_MS as u64);

/// A driver who gets no answer rolls back and forth this often; each time the camera reads anew.
const READINGS: u32 = 5;

/// A lane's name for people, with the side of the gate that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneName {
    name: Arc<str>,
    direction: Direction,
}

impl LaneName {
    pub fn new(name: &str, direction: Direction) -> Self {
        Self { name: name.into(), direction }
    }

    pub(super) fn arrow(&self) -> char {
        match self.direction {
            Direction::In => '→',
            Direction::Out => '←',
        }
    }
}

impl fmt::Display for LaneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Outcome of a car's drive to a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Through,
    TurnedAway,
}

/// A lane with its controller. Clones are the same lane.
#[derive(Clone)]
pub struct Lane {
    name: LaneName,
    controller: Handle,
    turn: Arc<Mutex<()>>,
}

impl Lane {
    pub fn new(name: &str, direction: Direction, controller: Handle) -> Self {
        Self { name: LaneName::new(name, direction), controller, turn: Arc::default() }
    }

    /// Waits for its turn and drives up; `plate` is the camera's reading. Cars are served in the order of their arrival.
    pub async fn drive(&self, plate: Option<&Plate>, pace: Pace, reports: &Reports) -> Passage {
        let _turn = self.turn.lock().await;
        for _ in 0..READINGS {
            let what = self.read(plate).await;
            reports.tell(&self.name, plate, what.clone());
            match what {
                What::Opened { .. } => {
                    tokio::time::sleep(pace.scale(HEADWAY)).await;
                    return Passage::Through;
                }
                What::Stopped { .. } => return Passage::TurnedAway,
                What::NoAnswer => {}
                What::StoreFull => tokio::time::sleep(pace.scale(ANSWER)).await,
            }
        }
        Passage::TurnedAway
    }

    async fn read(&self, plate: Option<&Plate>) -> What {
        let start = Instant::now();
        let confidence = if plate.is_some() { 98 } else { 0 };
        let Ok(pending) = self.controller.plate_read(plate.map(Plate::as_str), confidence) else {
            return What::StoreFull;
        };
        match tokio::time::timeout(ANSWER, pending.decided).await {
            Ok(Ok(decided)) => outcome(decided, start),
            _ => What::NoAnswer,
        }
    }
}

fn outcome(decided: Decided, start: Instant) -> What {
    let after = decided.at.saturating_duration_since(start);
    match decided.action {
        Action::Opened => What::Opened { after },
        Action::Shown => What::Stopped { after, text: decided.command.display.text },
        Action::Repeated | Action::Expired | Action::Unknown => What::NoAnswer,
    }
}
