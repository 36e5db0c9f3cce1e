//! A closed loop of callers; each sends its next request as soon as it has an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use simulator::load::Percentiles;
use tokio::task::JoinSet;

use super::contestant::{Answer, Contestant};
use super::demand::{Caller, Town, Turn};

/// Of a run that is bounded by its attempts.
const LONGEST_RUN: Duration = Duration::from_secs(3_600);

/// Length of a round.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub warm_up: Duration,
    pub measured: Duration,
}

/// Answers within the measured time.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    accepted: Vec<Duration>,
    refused: Vec<Duration>,
    cancelled: Vec<Duration>,
    /// Refused from the client's own view, without a request: takes no time worth measuring.
    unasked: u64,
    gave_up: Vec<Duration>,
}

impl Tally {
    fn count(&mut self, answer: Answer, took: Duration) {
        match answer {
            Answer::Accepted(_) => self.accepted.push(took),
            Answer::Refused => self.refused.push(took),
            Answer::Cancelled => self.cancelled.push(took),
            Answer::GaveUp => self.gave_up.push(took),
            Answer::Unasked => self.unasked += 1,
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

    pub fn figures(self, measured: Duration) -> Figures {
        let seconds = measured.as_secs_f64();
        let per_second = |count: usize| (count as f64 / seconds * 10.0).round() / 10.0;
        let unasked = usize::try_from(self.unasked).unwrap_or(usize::MAX);
        let all = [&self.accepted, &self.refused, &self.cancelled, &self.gave_up];
        let answered: Vec<Duration> = all.into_iter().flatten().copied().collect();
        Figures {
            accepted_per_s: per_second(self.accepted.len()),
            refused_per_s: per_second(self.refused.len()),
            unasked_per_s: per_second(unasked),
            cancelled_per_s: per_second(self.cancelled.len()),
            gave_up: self.gave_up.len(),
            answered_per_s: per_second(answered.len()),
            accepted: Percentiles::of(self.accepted),
            answered: Percentiles::of(answered),
        }
    }
}

/// Figures of one round.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Figures {
    pub accepted_per_s: f64,
    pub refused_per_s: f64,
    /// Refused by the client without a request.
    pub unasked_per_s: f64,
    pub cancelled_per_s: f64,
    /// Accepted, refused, cancelled and given up; not those refused without a request.
    pub answered_per_s: f64,
    pub gave_up: usize,
    pub accepted: Option<Percentiles>,
    pub answered: Option<Percentiles>,
}

/// The time in which answers count, and the end of the callers.
struct Bounds {
    from: Instant,
    until: Instant,
    /// Turns that may still begin.
    left: AtomicI64,
}

impl Bounds {
    fn may_begin(&self) -> bool {
        Instant::now() < self.until && self.left.fetch_sub(1, Ordering::Relaxed) > 0
    }
}

/// Runs `callers` callers for some time; returns when the last one has its last answer.
pub async fn run(
    contestant: &Arc<Contestant>,
    town: &Arc<Town>,
    callers: usize,
    span: Span,
    seed: u64,
) -> Tally {
    let from = Instant::now() + span.warm_up;
    let bounds = Bounds { from, until: from + span.measured, left: AtomicI64::new(i64::MAX) };
    all(contestant, town, callers, bounds, seed).await
}

/// The same until so many turns were begun; every answer counts.
pub async fn attempts(
    contestant: &Arc<Contestant>,
    town: &Arc<Town>,
    callers: usize,
    attempts: u64,
    seed: u64,
) -> Tally {
    let left = AtomicI64::new(i64::try_from(attempts).unwrap_or(i64::MAX));
    let (from, until) = (Instant::now(), Instant::now() + LONGEST_RUN);
    all(contestant, town, callers, Bounds { from, until, left }, seed).await
}

async fn all(
    contestant: &Arc<Contestant>,
    town: &Arc<Town>,
    callers: usize,
    bounds: Bounds,
    seed: u64,
) -> Tally {
    let bounds = Arc::new(bounds);
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let caller = Caller::new(StdRng::seed_from_u64(seed ^ (caller as u64) << 32));
        let (contestant, town, bounds) = (contestant.clone(), town.clone(), bounds.clone());
        tasks.spawn(async move { turns(caller, &contestant, &town, &bounds).await });
    }
    let mut tally = Tally::default();
    while let Some(done) = tasks.join_next().await {
        tally.add(done.expect("a caller does not panic"));
    }
    tally
}

async fn turns(mut caller: Caller, contestant: &Contestant, town: &Town, bounds: &Bounds) -> Tally {
    let mut tally = Tally::default();
    // The fill is left as it was found.
    while bounds.may_begin() || caller.owes() {
        let (garage, turn) = caller.turn(town);
        let started = Instant::now();
        let answer = match turn {
            Turn::Ask(interval) => contestant.ask(garage, interval, caller.rng()).await,
            Turn::Cancel(ticket) => contestant.cancel(garage, ticket, caller.rng()).await,
        };
        let now = Instant::now();
        match (answer, turn) {
            (Answer::Accepted(ticket), _) => town.accepted(garage, ticket),
            (Answer::Cancelled, Turn::Cancel(ticket)) => town.given_back(garage, ticket.interval),
            // The reservation still exists.
            (Answer::GaveUp, Turn::Cancel(ticket)) => town.accepted(garage, ticket),
            // No request was awaited: let other callers run.
            (Answer::Unasked, _) => tokio::task::yield_now().await,
            _ => {}
        }
        if (bounds.from..bounds.until).contains(&now) {
            tally.count(answer, now - started);
        }
    }
    tally
}
