//! A closed loop of callers; each sends its next request as soon as it has an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use simulator::load::LatencyPercentiles;
use tokio::task::JoinSet;

use super::contestant::AllocationContestant;
use super::demand::{CallerLedger, CallerTurn, ContestantAnswer, DemandCaller};

/// Of a run that is bounded by its attempts.
const LONGEST_RUN: Duration = Duration::from_secs(3_600);

/// Length of a round.
#[derive(Debug, Clone, Copy)]
pub struct RoundDuration {
    pub warm_up: Duration,
    pub measured: Duration,
}

/// Answers within the measured time.
#[derive(Debug, Clone, Default)]
pub struct AnswerTally {
    accepted: Vec<Duration>,
    refused: Vec<Duration>,
    cancelled: Vec<Duration>,
    /// Refused from the client's own view, without a request: takes no time worth measuring.
    unasked: u64,
    gave_up: Vec<Duration>,
}

impl AnswerTally {
    fn count(&mut self, answer: ContestantAnswer, took: Duration) {
        match answer {
            ContestantAnswer::Accepted(_) => self.accepted.push(took),
            ContestantAnswer::Refused => self.refused.push(took),
            ContestantAnswer::Cancelled => self.cancelled.push(took),
            ContestantAnswer::GaveUp => self.gave_up.push(took),
            ContestantAnswer::Unasked => self.unasked += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.cancelled.extend(other.cancelled);
        self.gave_up.extend(other.gave_up);
        self.unasked += other.unasked;
    }

    pub const fn turns(&self) -> u64 {
        let answers = self.accepted.len() + self.refused.len() + self.cancelled.len() + self.gave_up.len();
        answers as u64 + self.unasked
    }

    pub const fn accepted(&self) -> u64 {
        self.accepted.len() as u64
    }

    pub fn figures(self, measured: Duration) -> RoundFigures {
        let seconds = measured.as_secs_f64();
        let per_second = |count: usize| (count as f64 / seconds * 10.0).round() / 10.0;
        let unasked = usize::try_from(self.unasked).unwrap_or(usize::MAX);
        let all = [&self.accepted, &self.refused, &self.cancelled, &self.gave_up];
        let answered: Vec<Duration> = all.into_iter().flatten().copied().collect();
        RoundFigures {
            accepted_per_s: per_second(self.accepted.len()),
            refused_per_s: per_second(self.refused.len()),
            unasked_per_s: per_second(unasked),
            cancelled_per_s: per_second(self.cancelled.len()),
            gave_up: self.gave_up.len(),
            answered_per_s: per_second(answered.len()),
            accepted: LatencyPercentiles::of(self.accepted),
            answered: LatencyPercentiles::of(answered),
        }
    }
}

/// Figures of one round.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RoundFigures {
    pub accepted_per_s: f64,
    pub refused_per_s: f64,
    /// Refused by the client without a request.
    pub unasked_per_s: f64,
    pub cancelled_per_s: f64,
    /// Accepted, refused, cancelled and given up; not those refused without a request.
    pub answered_per_s: f64,
    pub gave_up: usize,
    pub accepted: Option<LatencyPercentiles>,
    pub answered: Option<LatencyPercentiles>,
}

/// The time in which answers count, and the end of the callers.
struct RoundBounds {
    from: Instant,
    until: Instant,
    /// Turns that may still begin.
    left: AtomicI64,
}

impl RoundBounds {
    fn may_begin(&self) -> bool {
        Instant::now() < self.until && self.left.fetch_sub(1, Ordering::Relaxed) > 0
    }
}

/// Runs `callers` callers for some time; returns when the last one has its last answer.
pub async fn run(
    contestant: &Arc<AllocationContestant>,
    town: &Arc<CallerLedger>,
    callers: usize,
    span: RoundDuration,
    seed: u64,
) -> AnswerTally {
    let from = Instant::now() + span.warm_up;
    let bounds = RoundBounds { from, until: from + span.measured, left: AtomicI64::new(i64::MAX) };
    all(contestant, town, callers, bounds, seed).await
}

/// The same until so many turns were begun; every answer counts.
pub async fn attempts(
    contestant: &Arc<AllocationContestant>,
    town: &Arc<CallerLedger>,
    callers: usize,
    attempts: u64,
    seed: u64,
) -> AnswerTally {
    let left = AtomicI64::new(i64::try_from(attempts).unwrap_or(i64::MAX));
    let (from, until) = (Instant::now(), Instant::now() + LONGEST_RUN);
    all(contestant, town, callers, RoundBounds { from, until, left }, seed).await
}

async fn all(
    contestant: &Arc<AllocationContestant>,
    town: &Arc<CallerLedger>,
    callers: usize,
    bounds: RoundBounds,
    seed: u64,
) -> AnswerTally {
    let bounds = Arc::new(bounds);
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let caller = DemandCaller::new(StdRng::seed_from_u64(seed ^ (caller as u64) << 32));
        let (contestant, town, bounds) = (contestant.clone(), town.clone(), bounds.clone());
        tasks.spawn(async move { turns(caller, &contestant, &town, &bounds).await });
    }
    let mut tally = AnswerTally::default();
    while let Some(done) = tasks.join_next().await {
        tally.add(done.expect("a caller does not panic"));
    }
    tally
}

async fn turns(
    mut caller: DemandCaller,
    contestant: &AllocationContestant,
    town: &CallerLedger,
    bounds: &RoundBounds,
) -> AnswerTally {
    let mut tally = AnswerTally::default();
    // The fill is left as it was found.
    while bounds.may_begin() || caller.owes() {
        let (garage, turn) = caller.turn(town);
        let started = Instant::now();
        let answer = match turn {
            CallerTurn::Ask(interval) => contestant.ask(garage, interval, caller.rng()).await,
            CallerTurn::Cancel(ticket) => contestant.cancel(garage, ticket, caller.rng()).await,
        };
        let now = Instant::now();
        match (answer, turn) {
            (ContestantAnswer::Accepted(ticket), _) => town.accepted(garage, ticket),
            (ContestantAnswer::Cancelled, CallerTurn::Cancel(ticket)) => {
                town.given_back(garage, ticket.interval)
            }
            // The reservation still exists.
            (ContestantAnswer::GaveUp, CallerTurn::Cancel(ticket)) => town.accepted(garage, ticket),
            // No request was awaited: let other callers run.
            (ContestantAnswer::Unasked, _) => tokio::task::yield_now().await,
            _ => {}
        }
        if (bounds.from..bounds.until).contains(&now) {
            tally.count(answer, now - started);
        }
    }
    tally
}
