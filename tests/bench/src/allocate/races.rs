//! Is anything ever sold twice? Races for the last space, and many attempts in a nearly full garage, with the replicas
//! that each database allows: one on SQLite, four on PostgreSQL. Judged by SQL that knows nothing of the books.

use std::sync::Arc;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use testkit::postgres::PostgresCluster;

use super::callers;
use super::contestant::AllocationContestant;
use super::demand::{
    self, CallerLedger, ContestantAnswer, DAY_MINUTES, DemandScale, FilledInterval, LONGEST, MinuteInterval,
    SHORTEST,
};
use super::ours::{AllocatorDatabase, AllocatorSpaceChoice, AllocatorTransport, OurAllocator};
use super::tomorrow;

/// At once, in each race.
const RACERS: usize = 32;
const CALLERS: usize = 256;
/// The database is judged after each tenth of the attempts.
const SLICES: u64 = 10;
const REPLICAS: usize = 4;

#[derive(Debug, Clone, Default, Serialize)]
pub struct RaceReport {
    pub database: &'static str,
    pub replicas: usize,
    pub races: usize,
    pub racers: usize,
    /// Races in which exactly one got the last space; all of them, if all is right.
    pub won_by_one: usize,
    /// Starts at which more was taken than there is, over all judgements.
    pub races_oversold: i64,
    pub attempts: u64,
    pub attempts_accepted: u64,
    pub attempts_oversold: i64,
    /// Reservations that callers hold and the database has not, or the other way about.
    pub astray: u64,
}

impl RaceReport {
    pub const fn is_right(&self) -> bool {
        self.won_by_one == self.races && self.races_oversold + self.attempts_oversold == 0 && self.astray == 0
    }
}

/// On both databases.
pub async fn run(cluster: &PostgresCluster, races: usize, attempts: u64, seed: u64) -> Vec<RaceReport> {
    let mut reports = Vec::new();
    for (database, name, replicas) in
        [(AllocatorDatabase::Sqlite, "sqlite", 1), (AllocatorDatabase::Postgres, "postgres", REPLICAS)]
    {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut report =
            RaceReport { database: name, replicas, races, racers: RACERS, ..RaceReport::default() };
        race(cluster, database, &mut report, &mut rng).await;
        attempt(cluster, database, attempts, &mut report, &mut rng).await;
        eprintln!("  {report:?}");
        reports.push(report);
    }
    reports
}

/// All spaces but one are taken all day.
async fn race(
    cluster: &PostgresCluster,
    database: AllocatorDatabase,
    report: &mut RaceReport,
    rng: &mut StdRng,
) {
    let scale = DemandScale { garages: 1, spaces: 107, days: 1, fill: 1.0 };
    let day = MinuteInterval { from: 0, until: DAY_MINUTES };
    let taken: Vec<FilledInterval> =
        (1..scale.spaces).map(|space| FilledInterval { garage: 0, space, interval: day }).collect();
    let what = (database, AllocatorTransport::Call, AllocatorSpaceChoice::Any);
    let (ours, _) = OurAllocator::start(cluster, what, report.replicas, (scale, tomorrow()), &taken).await;
    for _ in 0..report.races {
        let minutes = rng.random_range(SHORTEST..=LONGEST);
        let from = rng.random_range(0..=DAY_MINUTES - minutes);
        let interval = MinuteInterval { from, until: from + minutes };
        let answers = join_all((0..RACERS).map(|_| ours.ask(0, interval))).await;
        let won = answers.into_iter().filter_map(|answer| match answer {
            ContestantAnswer::Accepted(ticket) => Some(ticket),
            _ => None,
        });
        let won: Vec<_> = won.collect();
        report.won_by_one += usize::from(won.len() == 1);
        report.races_oversold += ours.judge().await.oversold;
        for ticket in won {
            ours.cancel(0, ticket).await;
        }
    }
}

async fn attempt(
    cluster: &PostgresCluster,
    database: AllocatorDatabase,
    attempts: u64,
    report: &mut RaceReport,
    rng: &mut StdRng,
) {
    let scale = DemandScale { garages: 1, spaces: 107, days: 7, fill: 0.95 };
    let taken = demand::fill(scale, rng);
    let what = (database, AllocatorTransport::Call, AllocatorSpaceChoice::Any);
    let (ours, tickets) =
        OurAllocator::start(cluster, what, report.replicas, (scale, tomorrow()), &taken).await;
    let town = Arc::new(CallerLedger::new(scale, tickets.into_iter().map(|ticket| (0, ticket))));
    let contestant = Arc::new(AllocationContestant::Ours(Box::new(ours)));
    for _ in 0..SLICES {
        let slice = attempts / SLICES;
        let tally = callers::attempts(&contestant, &town, CALLERS, slice, rng.random()).await;
        report.attempts += tally.turns();
        report.attempts_accepted += tally.accepted();
        let verdict = contestant.judge().await;
        report.attempts_oversold += verdict.oversold;
        let held = i64::try_from(town.tickets()).unwrap_or(i64::MAX);
        report.astray += verdict.reservations.abs_diff(held);
    }
}
