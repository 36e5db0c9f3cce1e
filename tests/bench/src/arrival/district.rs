//! Selects the cars: each round sends cars that have not come before, since a car that stands in the garage makes no
//! second arrival.

use std::collections::HashMap;

use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use simulator::controller::ControllerHandle;

use e2e::district::{DistrictKind, FamilyChild, children};
use e2e::system::TestSystem;

/// As many classes as a large school has.
const CLASSES: usize = 50;

/// A district whose classes have at least one phone each and whose cars last for all rounds.
pub fn place(garages: usize, connections: usize, cars: usize) -> DistrictKind {
    let classes = (connections / garages).clamp(1, CLASSES);
    DistrictKind::Uniform { schools: garages, classes, cars: cars.div_ceil(garages) }
}

/// The entry lanes and the cars that are still to come.
pub struct ArrivalTraffic {
    pub lanes: Vec<ControllerHandle>,
    cars: Vec<std::vec::IntoIter<Plate>>,
    /// By plate.
    pub children: HashMap<String, Vec<FamilyChild>>,
}

impl ArrivalTraffic {
    pub async fn connect(system: &TestSystem) -> Self {
        let (mut lanes, mut cars) = (Vec::new(), Vec::new());
        for site in &system.invented().sites {
            let lane = site.lanes(LaneDirection::In).next().expect("a uniform garage has an entry");
            lanes.push(system.controller(&site.garage, &lane.device).await);
            cars.push(system.invented().pickup_plates(&site.garage).into_iter());
        }
        Self { lanes, cars, children: children(system.invented()) }
    }

    /// The next cars; the lanes take turns, and each has the cars of its own school.
    pub fn next(&mut self, count: usize) -> Vec<Plate> {
        let lanes = self.cars.len();
        let cars = (0..count).filter_map(|n| self.cars.get_mut(n % lanes)?.next());
        cars.collect()
    }
}
