//! The demo's cars: repeated dismissals of the school, and everyday traffic in the public garages.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::occupancy::LaneDirection;
use domain::pickup::PickupPhase;
use domain::plate::Plate;
use simulator::district::{GarageSite, InventedDistrict};
use simulator::invent::PlateGenerator;
use simulator::traffic::{
    BackgroundTraffic, DismissalPlan, ProgressSender, RunningDismissal, TrafficLane, TrafficPace, drive_out,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::robot::ObservedArrival;

/// Pause between the last car of one dismissal and the first of the next.
const BREAK: Duration = Duration::from_secs(10);

/// Part of a dismissal's time in which cars arrive; in the rest the last ones leave.
const ARRIVING: f64 = 0.6;

/// Lanes of one garage with their controllers.
pub(super) struct GarageLanes {
    pub entries: Vec<TrafficLane>,
    pub exits: Vec<TrafficLane>,
}

impl GarageLanes {
    pub(super) fn new(
        site: &GarageSite,
        lane: impl Fn(&simulator::district::SiteLane) -> Option<TrafficLane>,
    ) -> Self {
        let of = |direction| site.lanes(direction).filter_map(&lane).collect();
        Self { entries: of(LaneDirection::In), exits: of(LaneDirection::Out) }
    }
}

/// Traffic of the school's dismissals.
pub(super) struct DismissalTraffic {
    pub gates: GarageLanes,
    pub cars: Vec<Plate>,
    /// Pupils fetched by each car, by name: no two of the demo's pupils have the same.
    pub fetches: HashMap<Plate, HashSet<String>>,
    /// Time from the first car to the last.
    pub takes: Duration,
}

impl DismissalTraffic {
    /// Names of the pupils that each car fetches, from the district file.
    pub(super) fn fetches(invented: &InventedDistrict) -> HashMap<Plate, HashSet<String>> {
        let pupils: HashMap<&str, &str> = (invented.district.schools.iter())
            .flat_map(|school| &school.classes)
            .flat_map(|class| &class.pupils)
            .map(|pupil| (pupil.key.as_str(), pupil.name.as_str()))
            .collect();
        let mut fetches: HashMap<Plate, HashSet<String>> = HashMap::new();
        for person in &invented.district.people {
            for plate in &person.plates {
                let names = person.children.iter().filter_map(|child| pupils.get(child.pupil.as_str()));
                fetches.entry(plate.clone()).or_default().extend(names.map(|name| (*name).to_owned()));
            }
        }
        fetches
    }

    /// Runs until `shutdown`. `inside` are cars that an earlier run has left in the garage.
    pub(super) async fn run(
        self,
        inside: Vec<Plate>,
        mut seen: mpsc::Receiver<ObservedArrival>,
        reports: ProgressSender,
        shutdown: CancellationToken,
    ) {
        drive_out(&inside, &self.gates.exits, TrafficPace::LIFE, &reports).await;
        for round in 0.. {
            let mut dismissal = RunningDismissal::start(&self.plan(round), &reports, &shutdown);
            self.follow(&mut dismissal, &mut seen).await;
            if shutdown.run_until_cancelled(tokio::time::sleep(BREAK)).await.is_none() {
                return;
            }
        }
    }

    fn plan(&self, round: u64) -> DismissalPlan {
        DismissalPlan {
            cars: self.cars.clone(),
            strangers: PlateGenerator::new(1_000 + round).take(3),
            entries: self.gates.entries.clone(),
            exits: self.gates.exits.clone(),
            arrive_over: self.takes.mul_f64(ARRIVING),
            // Longer than any robot's patience: a car waits for its child.
            stay: self.takes.mul_f64(0.35)..self.takes.mul_f64(0.4),
            unread: 0.02,
            pace: TrafficPace::LIFE,
            seed: round,
        }
    }

    /// Makes each car leave once all of its children have been handed over.
    async fn follow(&self, dismissal: &mut RunningDismissal, seen: &mut mpsc::Receiver<ObservedArrival>) {
        let mut handed_over: HashSet<String> = HashSet::new();
        loop {
            let arrival = tokio::select! {
                _ = dismissal.over() => return,
                Some(ObservedArrival { arrival }) = seen.recv() => arrival,
            };
            if arrival.phase != PickupPhase::HandedOver || !handed_over.insert(arrival.pupil.clone()) {
                continue;
            }
            for (plate, names) in &self.fetches {
                if names.contains(&arrival.pupil) && names.is_subset(&handed_over) {
                    dismissal.leave(plate);
                }
            }
        }
    }
}

/// Plates of visitors without a permit for a garage's everyday traffic.
pub(super) fn visitors(seed: u64) -> Vec<Plate> {
    PlateGenerator::new(seed).take(60)
}

/// Everyday traffic of a public garage.
pub(super) fn everyday(
    gates: GarageLanes,
    permitted: Vec<Plate>,
    inside: Vec<Plate>,
    seed: u64,
) -> BackgroundTraffic {
    let mut cars = permitted;
    cars.extend(visitors(seed));
    BackgroundTraffic {
        visitors: cars,
        inside,
        entries: gates.entries,
        exits: gates.exits,
        target: 25,
        every: Duration::from_secs(5),
        unread: 0.02,
        pace: TrafficPace::LIFE,
        seed,
    }
}
