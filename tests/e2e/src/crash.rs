//! Kills parts of a running system under load, and then compares its data with what its controllers and phones
//! received.
//!
//! - [`cars`]: the load; it records for each event what its controller received
//! - [`phones`]: one phone per class that follows its board by cursor through everything
//! - [`kills`]: which part dies when
//! - [`check`]: what has to be true afterwards
//!
//! Nothing here is timed: a run takes as long as the restarts take, and only its waits have deadlines. The seed decides
//! which part is killed and when, not the state of the parts at that moment.

pub mod cars;
pub mod check;
pub mod kills;
pub mod phones;
pub mod report;

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::district::DistrictKind;
use crate::records;
use crate::system::{PostgresChoice, SystemForm, SystemSetup, TestSystem};
use cars::{ControllerEventFate, CrashTraffic};
use phones::CrashPhones;
pub use report::CrashReport;

/// Restarts are over by then: an event that has not arrived after this counts as lost.
const DRAIN: Duration = Duration::from_secs(120);

/// Cars of one school; more cars than a run can drive, so that each comes once.
const CARS_PER_KILL: usize = 60;

/// Configuration of one run.
#[derive(Debug, Clone, Copy)]
pub struct CrashPlan {
    pub form: SystemForm,
    pub kills: u32,
    pub seed: u64,
    pub garages: usize,
    /// Entries a second in all; about two thirds of the cars leave again.
    pub per_second: f64,
}

impl CrashPlan {
    fn setup(self) -> SystemSetup {
        let kills = usize::try_from(self.kills).expect("a number of kills");
        let cars = (CARS_PER_KILL * kills.max(5)).div_ceil(self.garages);
        let place = DistrictKind::Uniform { schools: self.garages, classes: 4, cars };
        SystemSetup { postgres: PostgresChoice::Own, lossy_disks: true, ..SystemSetup::new(self.form, place) }
    }
}

/// Runs the plan and checks the result; panics only if a process does not come back.
pub async fn run(plan: CrashPlan) -> CrashReport {
    let mut system = TestSystem::start(plan.setup()).await;
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let phones = CrashPhones::follow(&system).await;
    let cars = CrashTraffic::start(&system, plan.per_second, rand::Rng::random(&mut rng)).await;
    let killed = kills::run(&mut system, plan.kills, &mut rng).await;
    eprintln!("the last part is up again; waiting for what is under way");
    let driven = cars.finish(DRAIN).await;
    settled(&system, &driven.told).await;
    let seen = phones.finish(&system, DRAIN).await;
    let report = check::run(&system, plan, killed, &driven, &seen).await;
    if !report.violations.is_empty() {
        keep_logs(&system);
    }
    report
}

/// Waits until the database has all events that controllers recorded, at most for [`DRAIN`].
async fn settled(system: &TestSystem, told: &[ControllerEventFate]) {
    let stored = told.iter().filter(|told| told.is_stored()).count();
    let wanted = i64::try_from(stored).expect("a count");
    let arriving = async {
        while records::count(&system.app().store, "gate_event").await < wanted {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    // On a timeout the check reports what is missing.
    let _ = tokio::time::timeout(DRAIN, arriving).await;
}

fn keep_logs(system: &TestSystem) {
    let path = std::env::temp_dir().join(format!("crash-{}.log", std::process::id()));
    match std::fs::write(&path, system.logs()) {
        Ok(()) => eprintln!("the processes' logs are in {}", path.display()),
        Err(error) => eprintln!("the processes' logs could not be kept: {error}"),
    }
}
