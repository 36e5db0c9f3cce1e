//! Everyday traffic of one garage: cars come and go around a target number inside.

use std::collections::VecDeque;
use std::time::Duration;

use domain::plate::Plate;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{Rng, SeedableRng};
use tokio_util::sync::CancellationToken;

use super::TrafficPace;
use super::arrivals::exponential;
use super::lane::{PassageOutcome, TrafficLane};
use super::progress::ProgressSender;

/// The cars of a garage's traffic and their rate.
#[derive(Clone)]
pub struct BackgroundTraffic {
    /// Cars that may come; unregistered ones among them are turned away each time.
    pub visitors: Vec<Plate>,
    /// Cars that an earlier run has left inside.
    pub inside: Vec<Plate>,
    pub entries: Vec<TrafficLane>,
    pub exits: Vec<TrafficLane>,
    /// The number inside hovers around this.
    pub target: usize,
    /// Mean time between two cars, coming or going.
    pub every: Duration,
    /// Part of the cars whose plate the entry cannot read, 0 to 1. They turn round.
    pub unread: f64,
    pub pace: TrafficPace,
    pub seed: u64,
}

impl BackgroundTraffic {
    /// Runs until `shutdown`; one car at a time, so an outage makes the traffic wait and not pile up.
    pub async fn run(self, reports: ProgressSender, shutdown: CancellationToken) {
        let rng = StdRng::seed_from_u64(self.seed);
        let inside = self.inside.iter().cloned().collect();
        shutdown.run_until_cancelled(self.go_on(inside, rng, reports)).await;
    }

    async fn go_on(self, mut inside: VecDeque<Plate>, mut rng: StdRng, reports: ProgressSender) {
        loop {
            let pause = exponential(self.every, &mut rng);
            tokio::time::sleep(self.pace.scale(pause)).await;
            if rng.random_bool(self.entering(inside.len())) {
                self.enter(&mut inside, &mut rng, &reports).await;
            } else {
                self.exit(&mut inside, &mut rng, &reports).await;
            }
        }
    }

    /// Chance that the next car enters: one half at the target, more below it, less above.
    fn entering(&self, inside: usize) -> f64 {
        let (target, inside) = (self.target.max(1) as f64, inside as f64);
        (0.5 + (target - inside) / target).clamp(0.05, 0.95)
    }

    async fn enter(&self, inside: &mut VecDeque<Plate>, rng: &mut StdRng, reports: &ProgressSender) {
        let outside = self.visitors.iter().filter(|plate| !inside.contains(plate)).choose(rng);
        let (Some(plate), Some(lane)) = (outside, self.entries.choose(rng)) else { return };
        let read = (!rng.random_bool(self.unread.clamp(0.0, 1.0))).then_some(plate);
        if lane.drive(read, self.pace, reports).await == PassageOutcome::Through {
            inside.push_back(plate.clone());
        }
    }

    async fn exit(&self, inside: &mut VecDeque<Plate>, rng: &mut StdRng, reports: &ProgressSender) {
        let Some(lane) = self.exits.choose(rng) else { return };
        let Some(plate) = inside.pop_front() else { return };
        if lane.drive(Some(&plate), self.pace, reports).await == PassageOutcome::TurnedAway {
            inside.push_back(plate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_garage_fills_and_a_full_one_empties() {
        let garage = BackgroundTraffic {
            visitors: Vec::new(),
            inside: Vec::new(),
            entries: Vec::new(),
            exits: Vec::new(),
            target: 100,
            every: Duration::from_secs(1),
            unread: 0.0,
            pace: TrafficPace::LIFE,
            seed: 1,
        };
        assert!(garage.entering(0) > 0.9);
        assert!((garage.entering(100) - 0.5).abs() < 0.01);
        assert!(garage.entering(200) < 0.1);
    }
}
