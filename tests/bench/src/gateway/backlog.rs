//! A week without the server: how the backlog is stored, what it weighs, how a gateway starts with it, and how it catches up.
//!
//! The backlog is really sent through the broker and acknowledged; no row is written past the gateway.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Options;
use super::book::{Mark, Round};
use super::memory::Memory;
use super::stand::{Stand, Turn};
use crate::arrival::hops::Samples;

/// Cars that come while the backlog catches up.
const LIVE_PER_SECOND: u32 = 20;
/// For controllers whose event fell into a restart.
const SETTLE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);
/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize)]
pub struct Backlog {
    pub events: usize,
    /// Into the outbox, acknowledged, with the link down.
    pub stored_per_s: Option<f64>,
    pub disk_bytes: u64,
    pub bytes_per_event: u64,
    pub empty: Memory,
    pub filled: Memory,
    pub restarts: Vec<Restart>,
    pub catch_up: CatchUp,
    /// When all is gone up.
    pub after: Memory,
    pub unacked: usize,
    pub lost: usize,
    pub up_again: usize,
    pub commanded_again: usize,
}

/// After a `kill -9` with the whole backlog on disk.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Restart {
    pub first_decision_ms: u64,
    pub memory: Memory,
}

#[derive(Debug, Clone, Serialize)]
pub struct CatchUp {
    /// From the link's return until the first record is at the sink: at most the gateway's back-off.
    pub first_after_ms: u64,
    /// From that first record to the last one; absent if it was not all in time.
    pub took_ms: Option<u64>,
    pub taken: usize,
    pub per_s: Option<f64>,
    /// Of the first and the last tenth.
    pub first_tenth_per_s: Option<f64>,
    pub last_tenth_per_s: Option<f64>,
    /// Cars that came while the backlog caught up, from their send.
    pub live_answered: Samples,
    pub live_acked: Samples,
    /// In their order.
    pub live_up: Samples,
    /// Or ahead of it.
    pub live_told: Samples,
}

impl Backlog {
    pub const fn is_whole(&self) -> bool {
        self.unacked + self.lost + self.up_again + self.commanded_again == 0
    }
}

pub async fn measure(stand: &mut Stand, options: &Options) -> Backlog {
    eprintln!("\nbacklog of {} events", options.backlog);
    stand.renew().await;
    stand.fleet(Turn::LinkUp).until(Mark::Answered, &stand.book).await;
    let empty = Memory::of(stand.gateway.pid());
    stand.link(Turn::LinkDown).await;
    let round = stand.book.open(options.backlog, Mark::Acked, options.in_flight);
    let fleet = stand.fleet(Turn::LinkDown);
    fleet.closed_loop(&round, options.deadline).await;
    fleet.settle(&round, Mark::Acked, SETTLE).await;
    let disk_bytes = stand.gateway.disk_bytes();
    let filled = Memory::of(stand.gateway.pid());
    eprintln!(
        "  stored {:.0}/s; {filled:?}; {disk_bytes} bytes",
        round.rate(Mark::Acked).unwrap_or_default()
    );
    let mut restarts = Vec::new();
    for _ in 0..options.restarts {
        restarts.push(restart(stand).await);
        eprintln!("  {:?}", restarts.last());
    }
    let (catch_up, live) = catch_up(stand, &round, options.deadline).await;
    let events = u64::try_from(options.backlog.max(1)).unwrap_or(u64::MAX);
    Backlog {
        events: options.backlog,
        stored_per_s: round.rate(Mark::Acked),
        disk_bytes,
        bytes_per_event: disk_bytes / events,
        empty,
        filled,
        restarts,
        catch_up,
        after: Memory::of(stand.gateway.pid()),
        unacked: round.without(Mark::Acked).len() + live.without(Mark::Acked).len(),
        lost: round.without(Mark::Up).len() + live.without(Mark::Up).len(),
        up_again: round.again(Mark::Up) + live.again(Mark::Up),
        commanded_again: round.again(Mark::Answered) + live.again(Mark::Answered),
    }
}

async fn restart(stand: &mut Stand) -> Restart {
    let started = stand.gateway.kill_and_restart();
    let (answered, round) = stand.fleet(Turn::LinkDown).until(Mark::Answered, &stand.book).await;
    let memory = Memory::of(stand.gateway.pid());
    stand.fleet(Turn::LinkDown).settle(&round, Mark::Acked, SETTLE).await;
    let took = answered.saturating_duration_since(started);
    Restart { first_decision_ms: millis(took), memory }
}

async fn catch_up(stand: &mut Stand, round: &Round, deadline: Duration) -> (CatchUp, Arc<Round>) {
    let seconds = usize::try_from(deadline.as_secs()).unwrap_or(usize::MAX);
    let live = stand.book.open(seconds.saturating_mul(LIVE_PER_SECOND as usize), Mark::Acked, 0);
    let started = Instant::now();
    stand.link(Turn::LinkUp).await;
    let stop = CancellationToken::new();
    let fleet = stand.fleet(Turn::LinkUp);
    let watch = async {
        let first = watch(round, started, deadline).await;
        stop.cancel();
        first
    };
    let (first_after, ()) = tokio::join!(watch, fleet.trickle(&live, LIVE_PER_SECOND, &stop));
    if round.have(Mark::Up) == round.sent() {
        fleet.settle(&live, Mark::Acked, SETTLE).await;
        fleet.settle(&live, Mark::Up, SETTLE).await;
    }
    (CatchUp::of(round, &live, first_after), live)
}

impl CatchUp {
    fn of(round: &Round, live: &Round, first_after: Duration) -> Self {
        let span = |from: f64, to: f64| round.span(Mark::Up, from, to);
        let rate = |span: Option<(usize, Duration)>| {
            span.filter(|(_, took)| !took.is_zero()).map(|(count, took)| count as f64 / took.as_secs_f64())
        };
        let whole = round.have(Mark::Up) == round.sent();
        let all = span(0.0, 1.0);
        Self {
            first_after_ms: millis(first_after),
            took_ms: all.filter(|_| whole).map(|(_, took)| millis(took)),
            taken: round.have(Mark::Up),
            per_s: rate(all),
            first_tenth_per_s: rate(span(0.0, 0.1)),
            last_tenth_per_s: rate(span(0.9, 1.0)),
            live_answered: live.latencies(Mark::Answered, Duration::ZERO),
            live_acked: live.latencies(Mark::Acked, Duration::ZERO),
            live_up: live.latencies(Mark::Up, Duration::ZERO),
            live_told: live.latencies(Mark::Told, Duration::ZERO),
        }
    }
}

/// Waits until all has come or the deadline is over; returns how long the first record took.
async fn watch(round: &Round, started: Instant, deadline: Duration) -> Duration {
    let (mut first, mut told) = (None, Instant::now());
    while round.have(Mark::Up) < round.sent() && started.elapsed() < deadline {
        if first.is_none() && round.have(Mark::Up) > 0 {
            first = Some(started.elapsed());
        }
        if told.elapsed() > PROGRESS {
            told = Instant::now();
            eprintln!("  {} of {} after {:?}", round.have(Mark::Up), round.sent(), started.elapsed());
        }
        tokio::time::sleep(LOOK).await;
    }
    first.unwrap_or_else(|| started.elapsed())
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
