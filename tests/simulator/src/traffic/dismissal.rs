//! The dismissal of a school: parents drive in, wait until the child is handed over, and drive out.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use domain::plate::Plate;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::TrafficPace;
use super::arrivals::bunched;
use super::lane::{PassageOutcome, TrafficLane};
use super::progress::ProgressSender;

/// From the hand-over to the barrier: seat belt, ramp.
const WALK_BACK: Range<f64> = 3.0..9.0;

/// Time until the camera reads an unread plate again.
const READ_AGAIN: Duration = Duration::from_secs(3);

/// Cars, lanes and times of a dismissal.
#[derive(Clone)]
pub struct DismissalPlan {
    /// One for each car; a plate that comes twice drives once.
    pub cars: Vec<Plate>,
    /// Cars that are not registered; they come in between and are expected to be turned away.
    pub strangers: Vec<Plate>,
    pub entries: Vec<TrafficLane>,
    pub exits: Vec<TrafficLane>,
    /// All cars have come within this time.
    pub arrive_over: Duration,
    /// Stay of a car without a call of [`RunningDismissal::leave`]; each car draws its own.
    pub stay: Range<Duration>,
    /// Part of the cars whose plate is unread at first, 0 to 1.
    pub unread: f64,
    pub pace: TrafficPace,
    pub seed: u64,
}

/// Numbers of cars by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DismissalSummary {
    pub entered: usize,
    pub turned_away: usize,
    pub left: usize,
}

/// A running dismissal. Dropping it stops it.
pub struct RunningDismissal {
    cars: JoinSet<DismissalSummary>,
    leave: HashMap<Plate, Arc<Notify>>,
}

/// One car's script, drawn before anything moves, so that the seed alone decides it.
struct CarScript {
    plate: Plate,
    arrives: Duration,
    read_at_once: bool,
    stays: Duration,
    walk_back: Duration,
    entry: TrafficLane,
    exit: TrafficLane,
}

impl RunningDismissal {
    /// Does nothing without an entry and an exit. `shutdown` stops every car where it is.
    pub fn start(plan: &DismissalPlan, reports: &ProgressSender, shutdown: &CancellationToken) -> Self {
        let mut cars = JoinSet::new();
        let mut leave = HashMap::new();
        for script in scripts(plan) {
            let told: &Arc<Notify> = leave.entry(script.plate.clone()).or_default();
            let drive = script.drive(Arc::clone(told), plan.pace, reports.clone());
            let shutdown = shutdown.clone();
            cars.spawn(async move { shutdown.run_until_cancelled(drive).await.unwrap_or_default() });
        }
        Self { cars, leave }
    }

    /// The child is in the car: the car leaves, also if it has not parked yet. `false` if no such car is in this dismissal.
    pub fn leave(&self, plate: &Plate) -> bool {
        self.leave.get(plate).inspect(|told| told.notify_one()).is_some()
    }

    /// Waits until the last car has left.
    pub async fn over(&mut self) -> DismissalSummary {
        let mut sum = DismissalSummary::default();
        while let Some(car) = self.cars.join_next().await {
            let car = car.unwrap_or_default();
            sum.entered += car.entered;
            sum.turned_away += car.turned_away;
            sum.left += car.left;
        }
        sum
    }
}

fn scripts(plan: &DismissalPlan) -> Vec<CarScript> {
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let mut plates: Vec<Plate> = Vec::new();
    for plate in plan.cars.iter().chain(&plan.strangers) {
        if !plates.contains(plate) {
            plates.insert(rng.random_range(0..=plates.len()), plate.clone());
        }
    }
    let times = bunched(plates.len(), plan.arrive_over, &mut rng);
    let cars = plates.into_iter().zip(times);
    cars.filter_map(|(plate, arrives)| script(plan, plate, arrives, &mut rng)).collect()
}

fn script(plan: &DismissalPlan, plate: Plate, arrives: Duration, rng: &mut StdRng) -> Option<CarScript> {
    let spread = plan.stay.end.saturating_sub(plan.stay.start);
    Some(CarScript {
        plate,
        arrives,
        read_at_once: !rng.random_bool(plan.unread.clamp(0.0, 1.0)),
        stays: plan.stay.start + spread.mul_f64(rng.random()),
        walk_back: Duration::from_secs_f64(rng.random_range(WALK_BACK)),
        entry: plan.entries.choose(rng)?.clone(),
        exit: plan.exits.choose(rng)?.clone(),
    })
}

impl CarScript {
    async fn drive(self, told: Arc<Notify>, pace: TrafficPace, reports: ProgressSender) -> DismissalSummary {
        tokio::time::sleep(pace.scale(self.arrives)).await;
        if self.enter(pace, &reports).await == PassageOutcome::TurnedAway {
            return DismissalSummary { turned_away: 1, ..DismissalSummary::default() };
        }
        // With or without a call, every car leaves in the end.
        let _ = tokio::time::timeout(pace.scale(self.stays), told.notified()).await;
        tokio::time::sleep(pace.scale(self.walk_back)).await;
        let out = self.exit.drive(Some(&self.plate), pace, &reports).await;
        DismissalSummary { entered: 1, turned_away: 0, left: usize::from(out == PassageOutcome::Through) }
    }

    async fn enter(&self, pace: TrafficPace, reports: &ProgressSender) -> PassageOutcome {
        if !self.read_at_once {
            if self.entry.drive(None, pace, reports).await == PassageOutcome::Through {
                return PassageOutcome::Through;
            }
            tokio::time::sleep(pace.scale(READ_AGAIN)).await;
        }
        self.entry.drive(Some(&self.plate), pace, reports).await
    }
}

/// Drives cars out that an earlier run has left inside.
pub async fn drive_out(plates: &[Plate], exits: &[TrafficLane], pace: TrafficPace, reports: &ProgressSender) {
    for (plate, exit) in plates.iter().zip(exits.iter().cycle()) {
        exit.drive(Some(plate), pace, reports).await;
    }
}

#[cfg(test)]
mod tests;
