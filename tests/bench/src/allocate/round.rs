//! One contestant for some seconds, with the state of the machine around it.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::callers::{self, RoundDuration, RoundFigures};
use super::contestant::{AllocationContestant, ContestantKind};
use super::demand::CallerLedger;
use super::judge::OversaleVerdict;
use super::processor::ProcessCpuUsage;
use crate::arrival::fsync;
use crate::arrival::report::with_cpu;

#[derive(Debug, Clone, Serialize)]
pub struct AllocateRound {
    pub contestant: ContestantKind,
    #[serde(flatten)]
    pub figures: RoundFigures,
    /// Attempts that were repeated, warm-up included.
    pub conflicts: u64,
    pub fill_before: f64,
    pub fill_after: f64,
    #[serde(flatten)]
    pub verdict: OversaleVerdict,
    /// Reservations that callers hold and the database has not, or the other way about.
    pub astray: u64,
    /// Of all cores.
    pub cpu_busy_percent: f64,
    /// Of all cores: this program, callers included.
    pub cpu_bench_percent: f64,
    /// Of all cores: the server's process.
    pub cpu_server_percent: Option<f64>,
    pub fsync_before_us: u64,
    pub fsync_after_us: u64,
}

impl AllocateRound {
    pub fn fsync(&self) -> [u64; 2] {
        [self.fsync_before_us.max(1), self.fsync_after_us.max(1)]
    }

    pub const fn is_right(&self) -> bool {
        self.verdict.oversold == 0 && self.astray == 0
    }
}

/// A contestant that is ready, and what its callers hold.
pub struct ReadyContestant {
    pub kind: ContestantKind,
    pub contestant: Arc<AllocationContestant>,
    pub town: Arc<CallerLedger>,
}

impl ReadyContestant {
    pub async fn round(&self, callers: usize, span: RoundDuration, seed: u64) -> AllocateRound {
        let (fill_before, conflicts) = (self.town.filled(), self.contestant.conflicts());
        let before = fsync::calibrate();
        let own = ProcessCpuUsage::own();
        let server = self.contestant.process().map(ProcessCpuUsage::of);
        let load = callers::run(&self.contestant, &self.town, callers, span, seed);
        let (cpu, tally) = with_cpu(load).await;
        let (own, server) = (own.percent(), server.map(|server| server.percent()));
        let after = fsync::calibrate();
        let verdict = self.contestant.judge().await;
        let held = i64::try_from(self.town.tickets()).unwrap_or(i64::MAX);
        AllocateRound {
            contestant: self.kind,
            figures: tally.figures(span.measured),
            conflicts: self.contestant.conflicts() - conflicts,
            fill_before: rounded(fill_before),
            fill_after: rounded(self.town.filled()),
            verdict,
            astray: verdict.reservations.abs_diff(held),
            cpu_busy_percent: (cpu * 10.0).round() / 10.0,
            cpu_bench_percent: own,
            cpu_server_percent: server,
            fsync_before_us: micros(before),
            fsync_after_us: micros(after),
        }
    }
}

fn rounded(share: f64) -> f64 {
    (share * 1_000.0).round() / 1_000.0
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
