//! Measures the way of an arrival, hop by hop, beside the bare broker.
//!
//! - [`district`]: the drivers, and the phones that follow them
//! - [`phones`]: the teachers' open WebSockets
//! - [`bare`]: the same publishes through a broker with nothing behind it but an echo: the yardstick
//! - [`round`]: one load and the outcome of each entry
//! - [`hops`]: latencies from the instants
//! - [`report`]: figures for people and for programs
//!
//! Latencies count from the moment at which an entry was meant to be sent (open loop). Instants of different processes are
//! of the same machine's wall clock. Yardstick and system take turns, A B B A, with the disk calibrated around each.

pub mod bare;
pub mod district;
pub mod fsync;
pub mod hops;
mod mqtt;
pub mod phones;
pub mod report;
pub mod round;

use std::time::Duration;

use bare::BareBaseline;
use district::ArrivalTraffic;
use e2e::system::{PostgresChoice, SystemForm, SystemSetup, TestSystem};
use phones::BenchPhones;
use report::{ArrivalRound, ArrivalScenario};

/// Configuration of the bench.
#[derive(Debug, Clone)]
pub struct ArrivalBenchOptions {
    pub forms: Vec<SystemForm>,
    pub garages: Vec<usize>,
    /// Open WebSockets in all, spread over the classes.
    pub connections: usize,
    pub per_second: u32,
    pub round: Duration,
    /// Of each round; not counted.
    pub warm_up: Duration,
    /// Once each instead of A B B A.
    pub one_pair: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArrivalTurn {
    Bare,
    System,
}

impl ArrivalBenchOptions {
    fn turns(&self) -> &'static [ArrivalTurn] {
        match self.one_pair {
            true => &[ArrivalTurn::Bare, ArrivalTurn::System],
            false => &[ArrivalTurn::Bare, ArrivalTurn::System, ArrivalTurn::System, ArrivalTurn::Bare],
        }
    }

    fn entries(&self) -> usize {
        let entries = self.round.as_secs_f64() * f64::from(self.per_second);
        // A round is minutes at most.
        usize::try_from(entries.round() as u64).unwrap_or(usize::MAX)
    }
}

/// All configurations, one after the other.
pub async fn run(options: &ArrivalBenchOptions) -> Vec<ArrivalScenario> {
    let mut all = Vec::new();
    for form in &options.forms {
        for garages in &options.garages {
            all.push(configuration(options, *form, *garages).await);
        }
    }
    all
}

async fn configuration(options: &ArrivalBenchOptions, form: SystemForm, garages: usize) -> ArrivalScenario {
    eprintln!("\n{} with {garages} garage(s): starting", report::name(form));
    let rounds = options.turns().iter().filter(|turn| **turn == ArrivalTurn::System).count();
    let place = district::place(garages, options.connections, options.entries() * rounds);
    let setup =
        SystemSetup { postgres: PostgresChoice::Own, plan_poll_seconds: 5, ..SystemSetup::new(form, place) };
    let system = TestSystem::start(setup).await;
    let mut traffic = ArrivalTraffic::connect(&system).await;
    let phones = BenchPhones::open(&system, options.connections).await;
    let bare = BareBaseline::start(form, &system.invented().sites).await;
    let mut measured = Vec::new();
    for turn in options.turns() {
        let before = fsync::calibrate();
        let (cpu, outcome) = report::with_cpu(async {
            match turn {
                ArrivalTurn::Bare => bare.round(options).await,
                ArrivalTurn::System => round::system(&system, &mut traffic, &phones, options).await,
            }
        })
        .await;
        let after = fsync::calibrate();
        let round = ArrivalRound::new(outcome, cpu, (before, after));
        eprintln!("{round}");
        measured.push(round);
    }
    let opened = phones.opened();
    let closed = phones.hang_up().await;
    let configuration = ArrivalScenario::new(options, form, place, opened, measured, closed);
    eprintln!("{configuration}");
    configuration
}
