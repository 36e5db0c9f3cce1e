//! One load on one contestant, and the outcome of its events.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::Options;
use super::book::{Mark, Round};
use super::stand::{Stand, Turn};
use crate::arrival::hops::Samples;
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
pub enum Load {
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
pub struct Measured {
    pub turn: Turn,
    #[serde(flatten)]
    pub load: Load,
    pub pass: usize,
    pub events: usize,
    /// From the intended send to the command, the acknowledgement, the sink.
    pub answered: Samples,
    pub acked: Samples,
    pub up: Samples,
    /// Of a closed loop.
    pub per_s: Option<f64>,
    pub lost: Lost,
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
pub struct Lost {
    pub unanswered: usize,
    /// Never acknowledged, though sent again.
    pub unacked: usize,
    /// Acknowledged, and not at the sink.
    pub not_up: usize,
}

impl Measured {
    pub const fn is_whole(&self) -> bool {
        let Lost { unanswered, unacked, not_up } = self.lost;
        unanswered + unacked + not_up + self.commanded_again + self.up_again == 0
    }
}

/// Every load for every contestant that it concerns.
pub async fn all(stand: &mut Stand, options: &Options) -> Vec<Measured> {
    let (all, ours) =
        ([Turn::Bare, Turn::Relay, Turn::LinkUp, Turn::LinkDown], [Turn::LinkUp, Turn::LinkDown]);
    let mut plan = vec![(Load::Open { per_second: options.per_second }, &all[..])];
    plan.push((Load::Decisions { in_flight: options.in_flight }, &all[..]));
    let widths = options.stored_in_flight.iter();
    plan.extend(widths.map(|in_flight| (Load::Stored { in_flight: *in_flight }, &ours[..])));
    by_turns(stand, &plan, 0..options.passes, options).await
}

/// The gateway once more, beside another that stores and forwards. That one runs no longer than for this: it is never idle.
pub async fn beside_peer(stand: &mut Stand, program: &Path, options: &Options) -> Vec<Measured> {
    eprintln!("\nstarting thingsboard-gateway");
    stand.start_peer(program).await;
    let loads = [
        Load::Open { per_second: options.per_second },
        Load::Delivered { in_flight: options.delivered_in_flight },
    ];
    let plan = loads.map(|load| (load, &[Turn::Peer, Turn::LinkUp][..]));
    // Numbers of their own: neighbours are compared.
    let measured = by_turns(stand, &plan, options.passes..2 * options.passes, options).await;
    stand.stop_peer();
    measured
}

/// Forwards and backwards.
async fn by_turns(
    stand: &mut Stand,
    plan: &[(Load, &[Turn])],
    passes: Range<usize>,
    options: &Options,
) -> Vec<Measured> {
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

async fn one(stand: &mut Stand, turn: Turn, load: Load, pass: usize, options: &Options) -> Measured {
    stand.link(turn).await;
    let round = stand.book.open(load.events(options), load.until(), load.in_flight());
    let before = fsync::calibrate();
    let fleet = stand.fleet(turn);
    let (cpu, ()) = with_cpu(async {
        match load {
            Load::Open { per_second } => fleet.open_loop(&round, per_second),
            Load::Decisions { .. } | Load::Stored { .. } | Load::Delivered { .. } => {
                fleet.closed_loop(&round, LOOP_DEADLINE).await
            }
        }
    })
    .await;
    let after = fsync::calibrate();
    settle(stand, turn, &round).await;
    let us = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let warm_up = if matches!(load, Load::Open { .. }) { options.warm_up } else { Duration::ZERO };
    Measured {
        turn,
        load,
        pass,
        events: round.sent(),
        answered: round.latencies(Mark::Answered, warm_up),
        acked: round.latencies(Mark::Acked, warm_up),
        up: round.latencies(Mark::Up, warm_up),
        per_s: match load {
            Load::Open { .. } => None,
            Load::Delivered { .. } => round.throughput(Mark::Up),
            Load::Decisions { .. } | Load::Stored { .. } => round.rate(load.until()),
        },
        lost: lost(&round, turn),
        commanded_again: round.again(Mark::Answered),
        up_again: round.again(Mark::Up),
        resent: round.resent(),
        fsync_before_us: us(before),
        fsync_after_us: us(after),
        cpu_busy_percent: (cpu * 10.0).round() / 10.0,
    }
}

/// Waits for what is still under way; nothing is left behind for the next turn.
async fn settle(stand: &mut Stand, turn: Turn, round: &Round) {
    let first = if turn == Turn::Peer { Mark::Up } else { Mark::Answered };
    stand.fleet(turn).settle(round, first, ANSWER).await;
    if turn.is_gateway() {
        stand.fleet(turn).settle(round, Mark::Acked, SETTLE).await;
        stand.link(Turn::LinkUp).await;
        stand.fleet(turn).settle(round, Mark::Up, SETTLE).await;
    }
}

fn lost(round: &Round, turn: Turn) -> Lost {
    let missing =
        |mark| if turn.answers(mark) { round.sent() - round.have(mark).min(round.sent()) } else { 0 };
    let unacked = missing(Mark::Acked);
    Lost {
        // An event that was sent again after its time is stored and opens nothing.
        unanswered: missing(Mark::Answered).saturating_sub(round.resent()),
        unacked,
        not_up: missing(Mark::Up).saturating_sub(unacked),
    }
}

impl Load {
    fn events(self, options: &Options) -> usize {
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

    const fn until(self) -> Mark {
        match self {
            Self::Open { .. } | Self::Decisions { .. } => Mark::Answered,
            Self::Stored { .. } => Mark::Acked,
            Self::Delivered { .. } => Mark::Up,
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
