//! A week without the server: how the backlog is stored, what it weighs, how a gateway starts with it, and how it catches up.
//!
//! The backlog is really sent through the broker and acknowledged; no row is written past the gateway.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::GatewayBenchOptions;
use super::book::{EventMark, EventRound};
use super::memory::ResidentMemory;
use super::stand::{GatewayContestant, GatewayTestStand};
use crate::arrival::hops::LatencySamples;

/// Cars that come while the backlog catches up.
const LIVE_PER_SECOND: u32 = 20;
/// For controllers whose event fell into a restart.
const SETTLE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);
/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize)]
pub struct BacklogMeasurement {
    pub events: usize,
    /// Into the outbox, acknowledged, with the link down.
    pub stored_per_s: Option<f64>,
    pub disk_bytes: u64,
    pub bytes_per_event: u64,
    pub empty: ResidentMemory,
    pub filled: ResidentMemory,
    pub restarts: Vec<BacklogRestart>,
    pub catch_up: BacklogCatchUp,
    /// When all is gone up.
    pub after: ResidentMemory,
    pub unacked: usize,
    pub lost: usize,
    pub up_again: usize,
    pub commanded_again: usize,
}

/// After a `kill -9` with the whole backlog on disk.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct BacklogRestart {
    pub first_decision_ms: u64,
    pub memory: ResidentMemory,
}

#[derive(Debug, Clone, Serialize)]
pub struct BacklogCatchUp {
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
    pub live_answered: LatencySamples,
    pub live_acked: LatencySamples,
    /// In their order.
    pub live_up: LatencySamples,
    /// Or ahead of it.
    pub live_told: LatencySamples,
}

impl BacklogMeasurement {
    pub const fn is_whole(&self) -> bool {
        self.unacked + self.lost + self.up_again + self.commanded_again == 0
    }
}

pub async fn measure(stand: &mut GatewayTestStand, options: &GatewayBenchOptions) -> BacklogMeasurement {
    eprintln!("\nbacklog of {} events", options.backlog);
    stand.renew().await;
    stand.fleet(GatewayContestant::LinkUp).until(EventMark::Answered, &stand.book).await;
    let empty = ResidentMemory::of(stand.gateway.pid());
    stand.link(GatewayContestant::LinkDown).await;
    let round = stand.book.open(options.backlog, EventMark::Acked, options.in_flight);
    let fleet = stand.fleet(GatewayContestant::LinkDown);
    fleet.closed_loop(&round, options.deadline).await;
    fleet.settle(&round, EventMark::Acked, SETTLE).await;
    let disk_bytes = stand.gateway.disk_bytes();
    let filled = ResidentMemory::of(stand.gateway.pid());
    eprintln!(
        "  stored {:.0}/s; {filled:?}; {disk_bytes} bytes",
        round.rate(EventMark::Acked).unwrap_or_default()
    );
    let mut restarts = Vec::new();
    for _ in 0..options.restarts {
        restarts.push(restart(stand).await);
        eprintln!("  {:?}", restarts.last());
    }
    let (catch_up, live) = catch_up(stand, &round, options.deadline).await;
    let events = u64::try_from(options.backlog.max(1)).unwrap_or(u64::MAX);
    BacklogMeasurement {
        events: options.backlog,
        stored_per_s: round.rate(EventMark::Acked),
        disk_bytes,
        bytes_per_event: disk_bytes / events,
        empty,
        filled,
        restarts,
        catch_up,
        after: ResidentMemory::of(stand.gateway.pid()),
        unacked: round.without(EventMark::Acked).len() + live.without(EventMark::Acked).len(),
        lost: round.without(EventMark::Up).len() + live.without(EventMark::Up).len(),
        up_again: round.again(EventMark::Up) + live.again(EventMark::Up),
        commanded_again: round.again(EventMark::Answered) + live.again(EventMark::Answered),
    }
}

async fn restart(stand: &mut GatewayTestStand) -> BacklogRestart {
    let started = stand.gateway.kill_and_restart();
    let (answered, round) =
        stand.fleet(GatewayContestant::LinkDown).until(EventMark::Answered, &stand.book).await;
    let memory = ResidentMemory::of(stand.gateway.pid());
    stand.fleet(GatewayContestant::LinkDown).settle(&round, EventMark::Acked, SETTLE).await;
    let took = answered.saturating_duration_since(started);
    BacklogRestart { first_decision_ms: millis(took), memory }
}

async fn catch_up(
    stand: &mut GatewayTestStand,
    round: &EventRound,
    deadline: Duration,
) -> (BacklogCatchUp, Arc<EventRound>) {
    let seconds = usize::try_from(deadline.as_secs()).unwrap_or(usize::MAX);
    let live = stand.book.open(seconds.saturating_mul(LIVE_PER_SECOND as usize), EventMark::Acked, 0);
    let started = Instant::now();
    stand.link(GatewayContestant::LinkUp).await;
    let stop = CancellationToken::new();
    let fleet = stand.fleet(GatewayContestant::LinkUp);
    let watch = async {
        let first = watch(round, started, deadline).await;
        stop.cancel();
        first
    };
    let (first_after, ()) = tokio::join!(watch, fleet.trickle(&live, LIVE_PER_SECOND, &stop));
    if round.have(EventMark::Up) == round.sent() {
        fleet.settle(&live, EventMark::Acked, SETTLE).await;
        fleet.settle(&live, EventMark::Up, SETTLE).await;
    }
    (BacklogCatchUp::of(round, &live, first_after), live)
}

impl BacklogCatchUp {
    fn of(round: &EventRound, live: &EventRound, first_after: Duration) -> Self {
        let span = |from: f64, to: f64| round.span(EventMark::Up, from, to);
        let rate = |span: Option<(usize, Duration)>| {
            span.filter(|(_, took)| !took.is_zero()).map(|(count, took)| count as f64 / took.as_secs_f64())
        };
        let whole = round.have(EventMark::Up) == round.sent();
        let all = span(0.0, 1.0);
        Self {
            first_after_ms: millis(first_after),
            took_ms: all.filter(|_| whole).map(|(_, took)| millis(took)),
            taken: round.have(EventMark::Up),
            per_s: rate(all),
            first_tenth_per_s: rate(span(0.0, 0.1)),
            last_tenth_per_s: rate(span(0.9, 1.0)),
            live_answered: live.latencies(EventMark::Answered, Duration::ZERO),
            live_acked: live.latencies(EventMark::Acked, Duration::ZERO),
            live_up: live.latencies(EventMark::Up, Duration::ZERO),
            live_told: live.latencies(EventMark::Told, Duration::ZERO),
        }
    }
}

/// Waits until all has come or the deadline is over; returns how long the first record took.
async fn watch(round: &EventRound, started: Instant, deadline: Duration) -> Duration {
    let (mut first, mut told) = (None, Instant::now());
    while round.have(EventMark::Up) < round.sent() && started.elapsed() < deadline {
        if first.is_none() && round.have(EventMark::Up) > 0 {
            first = Some(started.elapsed());
        }
        if told.elapsed() > PROGRESS {
            told = Instant::now();
            eprintln!("  {} of {} after {:?}", round.have(EventMark::Up), round.sent(), started.elapsed());
        }
        tokio::time::sleep(LOOK).await;
    }
    first.unwrap_or_else(|| started.elapsed())
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
