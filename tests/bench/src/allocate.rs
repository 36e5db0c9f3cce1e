//! Measures the allocation of spaces beside PostgreSQL alone doing the same work.
//!
//! - [`demand`]: the fill, and what callers want
//! - [`contestant`]: who does the work
//! - [`peer`]: the yardsticks; [`view`]: what a client that picks its space believes
//! - [`ours`]: our own allocation
//! - [`callers`]: a closed loop of callers
//! - [`round`]: one contestant for some seconds; [`processor`]: what it used
//! - [`judge`]: counts oversales in the database
//! - [`races`]: many replicas and callers for few spaces; [`rebuild`]: making a book anew
//! - [`report`]: figures for people and for programs
//!
//! All contestants of a scenario are started on databases of their own with the same fill. They take turns: one pass
//! forwards, one backwards, and so on, with the disk calibrated around each round. A pair is two rounds of the same pass.

pub mod callers;
pub mod contestant;
pub mod demand;
pub mod judge;
pub mod ours;
pub mod peer;
mod processor;
pub mod races;
pub mod rebuild;
pub mod report;
pub mod round;
mod view;

use std::sync::Arc;

use domain::time::{Clock, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use service::clock::SystemClock;
use testkit::postgres::PostgresCluster;

use callers::RoundDuration;
use contestant::{AllocationContestant, ContestantKind, ContestantSetup};
use demand::DemandScale;
use report::AllocateScenario;
use round::ReadyContestant;

/// Configuration of the bench.
#[derive(Debug, Clone)]
pub struct AllocateBenchOptions {
    pub scales: Vec<DemandScale>,
    pub callers: Vec<usize>,
    pub contestants: Vec<ContestantKind>,
    pub span: RoundDuration,
    /// Each contestant has one round in each.
    pub passes: usize,
    /// The most of one contestant to its database.
    pub connections: u32,
    /// For the last space; 0 for none.
    pub races: usize,
    /// In a nearly full garage, after the races.
    pub attempts: u64,
    /// Before books are made anew; 0 for no such measurement.
    pub history_days: u32,
    pub seed: u64,
}

/// All results.
#[derive(Debug, Serialize)]
pub struct AllocateFindings {
    pub scenarios: Vec<AllocateScenario>,
    pub races: Vec<races::RaceReport>,
    pub rebuild: Vec<rebuild::RebuildReport>,
}

impl AllocateFindings {
    /// True if no space was sold twice and no reservation is astray.
    pub fn is_right(&self) -> bool {
        self.scenarios.iter().all(AllocateScenario::is_right)
            && self.races.iter().all(races::RaceReport::is_right)
    }
}

/// One after the other.
pub async fn run(options: &AllocateBenchOptions) -> AllocateFindings {
    let cluster = PostgresCluster::start();
    let mut scenarios = Vec::new();
    for scale in &options.scales {
        for callers in &options.callers {
            scenarios.push(scenario(options, &cluster, *scale, *callers).await);
        }
    }
    let races = match options.races {
        0 => Vec::new(),
        races => races::run(&cluster, races, options.attempts, options.seed).await,
    };
    let rebuild = match options.history_days {
        0 => Vec::new(),
        days => rebuild::run(&cluster, days).await,
    };
    AllocateFindings { scenarios, races, rebuild }
}

async fn scenario(
    options: &AllocateBenchOptions,
    cluster: &PostgresCluster,
    scale: DemandScale,
    callers: usize,
) -> AllocateScenario {
    let DemandScale { garages, spaces, days, fill } = scale;
    eprintln!("\n{garages} x {spaces} spaces, {days} day(s), {fill} taken, {callers} callers: starting");
    let connections = options.connections.min(u32::try_from(callers).unwrap_or(u32::MAX));
    let taken = demand::fill(scale, &mut StdRng::seed_from_u64(options.seed));
    let ground = ContestantSetup { cluster, connections, scale, origin: tomorrow(), taken: &taken };
    let mut entrants = Vec::new();
    for kind in &options.contestants {
        let (contestant, town) = AllocationContestant::start(*kind, &ground).await;
        entrants.push(ReadyContestant {
            kind: *kind,
            contestant: Arc::new(contestant),
            town: Arc::new(town),
        });
    }
    let mut passes = Vec::new();
    for pass in 0..options.passes {
        let mut order: Vec<&ReadyContestant> = entrants.iter().collect();
        if pass % 2 == 1 {
            order.reverse();
        }
        let mut rounds = Vec::new();
        for entrant in order {
            let round = entrant.round(callers, options.span, options.seed + pass as u64).await;
            eprintln!("{round}");
            rounds.push(round);
        }
        passes.push(rounds);
    }
    let scenario = AllocateScenario::new(scale, callers, connections, passes);
    eprint!("{scenario}");
    scenario
}

/// The next midnight at the garages.
fn tomorrow() -> Timestamp {
    const DAY: i64 = 24 * 3_600_000_000;
    const SHANGHAI: i64 = 8 * 3_600_000_000;
    let local = SystemClock.now().micros() + SHANGHAI;
    Timestamp::from_micros((local / DAY + 1) * DAY - SHANGHAI)
}
