//! One load on one contestant, and the outcome of its events.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::GatewayBenchOptions;
use super::book::{EventMark, EventRound};
use super::stand::{GatewayContestant, GatewayTestStand};
use crate::arrival::hops::LatencySamples;
use crate::arrival::{fsync, report::with_cpu};

/// For one closed loop; a contestant that is slower than that has lost something.
const LOOP_DEADLINE: Duration = Duration::from_secs(120);
/// For what a load has left behind.
const SETTLE: Duration = Duration::from_secs(120);
/// The bare broker and the relay repeat nothing: what has not come by then is lost.
const ANSWER: Duration = Duration::from_secs(5);

/// How events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "load", rename_all = "snake_case")]
pub enum GatewayLoad {
    /// At their times, whatever comes back.
    Open { per_second: u32 },
    /// As fast as answers come.
    Decisions { in_flight: usize },
    /// As fast as acknowledgements come: each means a synced write.
    Stored { in_flight: usize },
    /// As fast as events come out behind the uplink.
    Delivered { in_flight: usize },
}

#[derive(Debug, Clone, Serialize)]
pub struct GatewayRound {
    pub turn: GatewayContestant,
    #[serde(flatten)]
    pub load: GatewayLoad,
    pub pass: usize,
    pub events: usize,
    /// From the intended send to the command, the acknowledgement, the sink.
    pub answered: LatencySamples,
    pub acked: LatencySamples,
    pub up: LatencySamples,
    /// Of a closed loop.
    pub per_s: Option<f64>,
    pub lost: LostEvents,
    /// Commands for one event beyond the first.
    pub commanded_again: usize,
    pub up_again: usize,
    /// By controllers, since no acknowledgement came in time.
    pub resent: usize,
    pub fsync_before_us: u64,
    pub fsync_after_us: u64,
    /// Of all cores, the bench's own part included.
    pub cpu_busy_percent: f64,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct LostEvents {
    pub unanswered: usize,
    /// Never acknowledged, though sent again.
    pub unacked: usize,
    /// Acknowledged, and not at the sink.
    pub not_up: usize,
}

impl GatewayRound {
    pub const fn is_whole(&self) -> bool {
        let LostEvents { unanswered, unacked, not_up } = self.lost;
        unanswered + unacked + not_up + self.commanded_again + self.up_again == 0
    }
}

/// Every load for every contestant that it concerns.
pub async fn all(stand: &mut GatewayTestStand, options: &GatewayBenchOptions) -> Vec<GatewayRound> {
    let (all, ours) = (
        [
            GatewayContestant::Bare,
            GatewayContestant::Relay,
            GatewayContestant::LinkUp,
            GatewayContestant::LinkDown,
        ],
        [GatewayContestant::LinkUp, GatewayContestant::LinkDown],
    );
    let mut plan = vec![(GatewayLoad::Open { per_second: options.per_second }, &all[..])];
    plan.push((GatewayLoad::Decisions { in_flight: options.in_flight }, &all[..]));
    let widths = options.stored_in_flight.iter();
    plan.extend(widths.map(|in_flight| (GatewayLoad::Stored { in_flight: *in_flight }, &ours[..])));
    by_turns(stand, &plan, 0..options.passes, options).await
}

/// The gateway once more, beside another that stores and forwards. That one runs no longer than for this: it is never idle.
pub async fn beside_peer(
    stand: &mut GatewayTestStand,
    program: &Path,
    options: &GatewayBenchOptions,
) -> Vec<GatewayRound> {
    eprintln!("\nstarting thingsboard-gateway");
    stand.start_peer(program).await;
    let loads = [
        GatewayLoad::Open { per_second: options.per_second },
        GatewayLoad::Delivered { in_flight: options.delivered_in_flight },
    ];
    let plan = loads.map(|load| (load, &[GatewayContestant::Peer, GatewayContestant::LinkUp][..]));
    // Numbers of their own: neighbours are compared.
    let measured = by_turns(stand, &plan, options.passes..2 * options.passes, options).await;
    stand.stop_peer();
    measured
}

/// Forwards and backwards.
async fn by_turns(
    stand: &mut GatewayTestStand,
    plan: &[(GatewayLoad, &[GatewayContestant])],
    passes: Range<usize>,
    options: &GatewayBenchOptions,
) -> Vec<GatewayRound> {
    let mut measured = Vec::new();
    for (load, turns) in plan {
        eprintln!("\n{load}");
        for pass in passes.clone() {
            let mut turns = turns.to_vec();
            if pass % 2 == 1 {
                turns.reverse();
            }
            for turn in turns {
                let round = one(stand, turn, *load, pass, options).await;
                eprintln!("{round}");
                measured.push(round);
            }
        }
    }
    measured
}

async fn one(
    stand: &mut GatewayTestStand,
    turn: GatewayContestant,
    load: GatewayLoad,
    pass: usize,
    options: &GatewayBenchOptions,
) -> GatewayRound {
    stand.link(turn).await;
    let round = stand.book.open(load.events(options), load.until(), load.in_flight());
    let before = fsync::calibrate();
    let fleet = stand.fleet(turn);
    let (cpu, ()) = with_cpu(async {
        match load {
            GatewayLoad::Open { per_second } => fleet.open_loop(&round, per_second),
            GatewayLoad::Decisions { .. } | GatewayLoad::Stored { .. } | GatewayLoad::Delivered { .. } => {
                fleet.closed_loop(&round, LOOP_DEADLINE).await
            }
        }
    })
    .await;
    let after = fsync::calibrate();
    settle(stand, turn, &round).await;
    let us = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let warm_up = if matches!(load, GatewayLoad::Open { .. }) { options.warm_up } else { Duration::ZERO };
    GatewayRound {
        turn,
        load,
        pass,
        events: round.sent(),
        answered: round.latencies(EventMark::Answered, warm_up),
        acked: round.latencies(EventMark::Acked, warm_up),
        up: round.latencies(EventMark::Up, warm_up),
        per_s: match load {
            GatewayLoad::Open { .. } => None,
            GatewayLoad::Delivered { .. } => round.throughput(EventMark::Up),
            GatewayLoad::Decisions { .. } | GatewayLoad::Stored { .. } => round.rate(load.until()),
        },
        lost: lost(&round, turn),
        commanded_again: round.again(EventMark::Answered),
        up_again: round.again(EventMark::Up),
        resent: round.resent(),
        fsync_before_us: us(before),
        fsync_after_us: us(after),
        cpu_busy_percent: (cpu * 10.0).round() / 10.0,
    }
}

/// Waits for what is still under way; nothing is left behind for the next turn.
async fn settle(stand: &mut GatewayTestStand, turn: GatewayContestant, round: &EventRound) {
    let first = if turn == GatewayContestant::Peer { EventMark::Up } else { EventMark::Answered };
    stand.fleet(turn).settle(round, first, ANSWER).await;
    if turn.is_gateway() {
        stand.fleet(turn).settle(round, EventMark::Acked, SETTLE).await;
        stand.link(GatewayContestant::LinkUp).await;
        stand.fleet(turn).settle(round, EventMark::Up, SETTLE).await;
    }
}

fn lost(round: &EventRound, turn: GatewayContestant) -> LostEvents {
    let missing =
        |mark| if turn.answers(mark) { round.sent() - round.have(mark).min(round.sent()) } else { 0 };
    let unacked = missing(EventMark::Acked);
    LostEvents {
        // An event that was sent again after its time is stored and opens nothing.
        unanswered: missing(EventMark::Answered).saturating_sub(round.resent()),
        unacked,
        not_up: missing(EventMark::Up).saturating_sub(unacked),
    }
}

impl GatewayLoad {
    fn events(self, options: &GatewayBenchOptions) -> usize {
        match self {
            Self::Open { per_second } => {
                usize::try_from(u64::from(per_second) * options.seconds.as_secs()).unwrap_or(usize::MAX)
            }
            Self::Decisions { .. } => options.events,
            // One at a time waits for the disk each time.
            Self::Stored { in_flight: 1 } => options.events / 10,
            Self::Stored { .. } | Self::Delivered { .. } => options.events,
        }
    }

    const fn until(self) -> EventMark {
        match self {
            Self::Open { .. } | Self::Decisions { .. } => EventMark::Answered,
            Self::Stored { .. } => EventMark::Acked,
            Self::Delivered { .. } => EventMark::Up,
        }
    }

    const fn in_flight(self) -> usize {
        match self {
            Self::Open { .. } => 0,
            Self::Decisions { in_flight } | Self::Stored { in_flight } | Self::Delivered { in_flight } => {
                in_flight
            }
        }
    }
}
