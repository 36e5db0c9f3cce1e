//! Cars that come, each once, and mostly leave again; records for each event what its controller received.

use std::time::{Duration, Instant};

use domain::ids::{ClassId, EventId, GarageId};
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use domain::plate_likeness::difference;
use protocol::mqtt::OPEN_TTL_MS;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use simulator::controller::{
    AckOutcome, CommandAction, ControllerCounters, ControllerHandle, PendingEvent, ResendPolicy,
};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::district::{FamilyChild, children};
use crate::system::TestSystem;

/// Shorter than a real controller's, so that a run has more resends.
const RESEND: ResendPolicy = ResendPolicy { first: Duration::from_secs(1), most: Duration::from_secs(4) };

/// A car that stays shorter than its first event needs to the disk would be recorded as leaving before it came.
const STAY_MS: std::ops::Range<u64> = 200..4_000;

/// More cars than pass one lane within the gateway's same-car window and the longest stay.
const JUST_BEFORE: usize = 200;

const LEAVES: f64 = 0.67;

/// A gateway opens within the command's life after the reading, the controller within it after the command.
const STALE: Duration = Duration::from_millis(2 * OPEN_TTL_MS as u64);

/// A controller's record of one of its events at the end of the load.
#[derive(Debug)]
pub struct ControllerEventFate {
    pub garage: GarageId,
    pub device: String,
    pub event_id: EventId,
    pub direction: LaneDirection,
    /// The classes of the children that this car fetches; one entry per child.
    pub classes: Vec<ClassId>,
    pub opened: bool,
    /// The barrier went up for a car that was read too long ago.
    pub stale: bool,
    pub acked: Option<AckOutcome>,
}

impl ControllerEventFate {
    pub fn is_stored(&self) -> bool {
        self.acked == Some(AckOutcome::Stored)
    }
}

/// The running load.
pub struct CrashTraffic {
    driving: JoinHandle<JoinSet<Vec<ControllerEventFate>>>,
    stop: CancellationToken,
    give_up: CancellationToken,
    lanes: Vec<ControllerHandle>,
}

/// The complete record of the load.
pub struct TrafficResult {
    pub told: Vec<ControllerEventFate>,
    pub counters: ControllerCounters,
    /// Events still in the controllers' memory.
    pub kept: usize,
}

struct CrashCar {
    garage: GarageId,
    plate: String,
    classes: Vec<ClassId>,
    entry: ControllerHandle,
    exit: ControllerHandle,
    stay: Duration,
    leaves: bool,
}

impl CrashTraffic {
    pub async fn start(system: &TestSystem, per_second: f64, seed: u64) -> Self {
        let (cars, lanes) = cars(system, &mut StdRng::seed_from_u64(seed)).await;
        let (stop, give_up) = (CancellationToken::new(), CancellationToken::new());
        let every = Duration::from_secs_f64(1.0 / per_second);
        let driving = tokio::spawn(drive(cars, every, stop.clone(), give_up.clone()));
        Self { driving, stop, give_up, lanes }
    }

    /// Lets no further car in and waits for every answer, at most for `patience`.
    pub async fn finish(self, patience: Duration) -> TrafficResult {
        self.stop.cancel();
        let mut under_way = self.driving.await.expect("the load does not panic");
        let give_up = self.give_up.clone();
        let late = tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            give_up.cancel();
        });
        let mut told = Vec::new();
        while let Some(car) = under_way.join_next().await {
            told.extend(car.expect("a car does not panic"));
        }
        late.abort();
        let counters = self.lanes.iter().map(ControllerHandle::counters).sum();
        TrafficResult { told, counters, kept: self.lanes.iter().map(ControllerHandle::kept).sum() }
    }
}

/// The cars of all schools in turn, and every controller.
async fn cars(system: &TestSystem, rng: &mut StdRng) -> (Vec<CrashCar>, Vec<ControllerHandle>) {
    let (mut by_garage, mut lanes) = (Vec::new(), Vec::new());
    let children = children(system.invented());
    for site in &system.invented().sites {
        let mut connected = Vec::new();
        for direction in [LaneDirection::In, LaneDirection::Out] {
            let lane = site.lanes(direction).next().expect("a uniform garage has a lane each way");
            let mut config = system.controller_config(&site.garage, &lane.device);
            config.resend = RESEND;
            connected.push(system.connect(config).await);
        }
        lanes.extend(connected.iter().cloned());
        let [entry, exit] = connected.try_into().map_err(|_| "two lanes").expect("two lanes");
        let plates = system.invented().pickup_plates(&site.garage);
        let car = |plate: &Plate| CrashCar {
            garage: site.garage.clone(),
            plate: plate.to_string(),
            classes: classes(children.get(plate.as_str())),
            entry: entry.clone(),
            exit: exit.clone(),
            stay: Duration::from_millis(rng.random_range(STAY_MS)),
            leaves: rng.random_bool(LEAVES),
        };
        by_garage.push(unlike(plates).iter().map(car).collect::<Vec<_>>().into_iter());
    }
    (in_turn(by_garage), lanes)
}

/// Removes cars whose plates resemble that of a car just before: a gateway takes such a pair for one car that was read twice.
fn unlike(plates: Vec<Plate>) -> Vec<Plate> {
    let mut kept: Vec<Plate> = Vec::with_capacity(plates.len());
    for plate in plates {
        let just_before = kept.iter().rev().take(JUST_BEFORE);
        if just_before.filter_map(|other| difference(&plate, other)).next().is_none() {
            kept.push(plate);
        }
    }
    kept
}

fn classes(children: Option<&Vec<FamilyChild>>) -> Vec<ClassId> {
    children.into_iter().flatten().map(|child| child.class.clone()).collect()
}

fn in_turn<T>(mut sources: Vec<std::vec::IntoIter<T>>) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(sources.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

async fn drive(
    cars: Vec<CrashCar>,
    every: Duration,
    stop: CancellationToken,
    give_up: CancellationToken,
) -> JoinSet<Vec<ControllerEventFate>> {
    let mut under_way = JoinSet::new();
    let mut clock = tokio::time::interval(every);
    for car in cars {
        if stop.run_until_cancelled(clock.tick()).await.is_none() {
            return under_way;
        }
        under_way.spawn(car.visit(give_up.clone()));
    }
    eprintln!("all cars of the district have come; the rest of the kills find only their leaving");
    under_way
}

impl CrashCar {
    /// Drives in and out. The car leaves once its entry is on the gateway's disk, which takes less time than parking does.
    async fn visit(self, give_up: CancellationToken) -> Vec<ControllerEventFate> {
        let mut told = vec![self.passes(&self.entry, LaneDirection::In, &give_up).await];
        if self.leaves && told.iter().all(ControllerEventFate::is_stored) {
            tokio::time::sleep(self.stay).await;
            told.push(self.passes(&self.exit, LaneDirection::Out, &give_up).await);
        }
        told
    }

    async fn passes(
        &self,
        lane: &ControllerHandle,
        direction: LaneDirection,
        give_up: &CancellationToken,
    ) -> ControllerEventFate {
        let read_at = Instant::now();
        let pending = lane.plate_read(Some(&self.plate), 99).expect("a controller keeps 10,000 events");
        let device = lane.event_topic().split('/').nth(3).expect("a topic names its device").to_owned();
        let mut told = ControllerEventFate {
            garage: self.garage.clone(),
            device,
            event_id: pending.event_id.clone(),
            direction,
            classes: if direction == LaneDirection::In { self.classes.clone() } else { Vec::new() },
            opened: false,
            stale: false,
            acked: None,
        };
        // If the run gives up, the record keeps the answers so far.
        let _ = give_up.run_until_cancelled(told.listen(pending, read_at)).await;
        told
    }
}

impl ControllerEventFate {
    /// Reads answers until the acknowledgement; a command that was lost with its process never comes.
    async fn listen(&mut self, pending: PendingEvent, read_at: Instant) {
        let PendingEvent { mut decided, acked, .. } = pending;
        self.acked = acked.await.ok().map(|acked| acked.outcome);
        if let Ok(decided) = decided.try_recv() {
            self.opened = decided.action == CommandAction::Opened;
            self.stale = self.opened && decided.at.saturating_duration_since(read_at) > STALE;
        }
    }
}
