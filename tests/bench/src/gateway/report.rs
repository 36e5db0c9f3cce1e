//! Figures for people, and one JSON object for programs. Times in the JSON are microseconds unless a name has another unit.

use std::fmt;

use serde::Serialize;

use super::Options;
use super::backlog::Backlog;
use super::rounds::{Load, Measured};
use super::stand::Turn;

/// Decisions a second, in those of the relay.
const RELAY_SHARE: f64 = 0.8;
/// The command's 99th percentile, in that of the bare broker.
const COMMAND_TARGET: f64 = 3.0;
/// Of `thingsboard-gateway`: our rate in its, its median in ours.
const PEER_RATE: f64 = 4.0;
const PEER_MEDIAN: f64 = 50.0;
/// By how much the 99th percentiles with the link up and down may differ and still be called the same: rounds of one contestant differ as
/// much on a shared machine.
const SAME: f64 = 1.5;
const MEMORY_TARGET_KIB: u64 = 30 * 1024;
const RESTART_TARGET_MS: u64 = 2_000;

/// Of neighbouring rounds of one pass.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Ratio {
    pub median: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pairs: usize,
}

/// What was promised, and whether it was kept; absent where it was not measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Targets {
    pub decisions_to_relay: Ratio,
    pub decisions_at_least_80_percent_of_relay: Option<bool>,
    pub command_p99_to_bare_p99: Ratio,
    pub command_p99_within_3_bare: Option<bool>,
    pub command_p99_to_relay_p99: Ratio,
    pub link_down_p99_to_link_up_p99: Ratio,
    pub link_up_and_down_are_the_same: Option<bool>,
    pub rate_to_thingsboard: Ratio,
    pub rate_at_least_4_thingsboard: Option<bool>,
    pub thingsboard_p50_to_ours: Ratio,
    pub p50_at_most_a_50th_of_thingsboard: Option<bool>,
    pub highest_with_backlog_kib: Option<u64>,
    pub memory_under_30_mib: Option<bool>,
    pub slowest_restart_ms: Option<u64>,
    pub restart_within_2_s: Option<bool>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    pub rounds: Vec<Measured>,
    pub backlog: Option<Backlog>,
    pub targets: Targets,
}

impl Findings {
    pub fn new(options: &Options, rounds: Vec<Measured>, backlog: Option<Backlog>) -> Self {
        let open = Load::Open { per_second: options.per_second };
        let closed = Load::Decisions { in_flight: options.in_flight };
        let p99 = |round: &Measured| round.answered.percentiles().map(|p| p.p99_us.max(1) as f64);
        let of = |load, over, under, value: fn(&Measured) -> Option<f64>| {
            ratio(&rounds, load, (over, under), value)
        };
        let up_p50 = |round: &Measured| round.up.percentiles().map(|p| p.p50_us.max(1) as f64);
        let delivered = Load::Delivered { in_flight: options.delivered_in_flight };
        let mut targets = Targets {
            rate_to_thingsboard: of(delivered, Turn::LinkUp, Turn::Peer, |round| round.per_s),
            thingsboard_p50_to_ours: of(open, Turn::Peer, Turn::LinkUp, up_p50),
            decisions_to_relay: of(closed, Turn::LinkUp, Turn::Relay, |round| round.per_s),
            command_p99_to_bare_p99: of(open, Turn::LinkUp, Turn::Bare, p99),
            command_p99_to_relay_p99: of(open, Turn::LinkUp, Turn::Relay, p99),
            link_down_p99_to_link_up_p99: of(open, Turn::LinkDown, Turn::LinkUp, p99),
            ..Targets::default()
        };
        targets.judge(backlog.as_ref());
        Self { rounds, backlog, targets }
    }

    /// The gateway has lost nothing and done nothing twice. Losses of the yardsticks are in their figures: they resend nothing.
    pub fn is_whole(&self) -> bool {
        let mut ours = self.rounds.iter().filter(|round| round.turn.is_gateway());
        ours.all(Measured::is_whole) && self.backlog.as_ref().is_none_or(Backlog::is_whole)
    }
}

impl Targets {
    fn judge(&mut self, backlog: Option<&Backlog>) {
        let at_most = |ratio: Ratio, most: f64| ratio.median.map(|median| median <= most);
        self.decisions_at_least_80_percent_of_relay =
            self.decisions_to_relay.median.map(|share| share >= RELAY_SHARE);
        self.command_p99_within_3_bare = at_most(self.command_p99_to_bare_p99, COMMAND_TARGET);
        let link = self.link_down_p99_to_link_up_p99;
        self.link_up_and_down_are_the_same = link.median.map(|median| (1.0 / SAME..=SAME).contains(&median));
        let at_least = |ratio: Ratio, least: f64| ratio.median.map(|median| median >= least);
        self.rate_at_least_4_thingsboard = at_least(self.rate_to_thingsboard, PEER_RATE);
        self.p50_at_most_a_50th_of_thingsboard = at_least(self.thingsboard_p50_to_ours, PEER_MEDIAN);
        let Some(backlog) = backlog else { return };
        let memories = backlog.restarts.iter().map(|restart| restart.memory).chain([backlog.filled]);
        self.highest_with_backlog_kib =
            memories.chain([backlog.after]).map(|memory| memory.highest_kib).max();
        self.memory_under_30_mib = self.highest_with_backlog_kib.map(|kib| kib < MEMORY_TARGET_KIB);
        self.slowest_restart_ms = backlog.restarts.iter().map(|restart| restart.first_decision_ms).max();
        self.restart_within_2_s = self.slowest_restart_ms.map(|ms| ms <= RESTART_TARGET_MS);
    }
}

/// The values of one turn in those of another, pass by pass.
fn ratio(
    rounds: &[Measured],
    load: Load,
    (over, under): (Turn, Turn),
    value: fn(&Measured) -> Option<f64>,
) -> Ratio {
    let of = |turn| rounds.iter().filter(move |round| round.turn == turn && round.load == load);
    let pair = |round: &Measured| {
        let other = of(under).find(|other| other.pass == round.pass)?;
        Some(value(round)? / value(other)?)
    };
    let mut ratios: Vec<f64> =
        of(over).filter_map(pair).map(|ratio| (ratio * 100.0).round() / 100.0).collect();
    ratios.sort_by(f64::total_cmp);
    let at = |place: usize| ratios.get(place).copied();
    let last = ratios.len().saturating_sub(1);
    let median = at(last / 2).zip(at(ratios.len() / 2)).map(|(low, high)| f64::midpoint(low, high));
    Ratio { median, min: at(0), max: at(last), pairs: ratios.len() }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.median, self.min, self.max) {
            (Some(median), Some(min), Some(max)) => {
                write!(f, "{median:.2} ({min:.2} to {max:.2} in {} pairs)", self.pairs)
            }
            _ => write!(f, "not measured"),
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(backlog) = &self.backlog {
            writeln!(f, "\n{backlog}")?;
        }
        let Targets { decisions_to_relay, command_p99_to_bare_p99, command_p99_to_relay_p99, .. } =
            self.targets;
        writeln!(f, "decisions a second, in those of the relay: {decisions_to_relay}")?;
        writeln!(
            f,
            "command p99, in that of the bare broker: {command_p99_to_bare_p99}; of the relay: {command_p99_to_relay_p99}"
        )?;
        writeln!(
            f,
            "command p99, link down in that of link up: {}",
            self.targets.link_down_p99_to_link_up_p99
        )?;
        let Targets { rate_to_thingsboard, thingsboard_p50_to_ours, .. } = self.targets;
        writeln!(
            f,
            "rate, in that of thingsboard-gateway: {rate_to_thingsboard}; its median in ours: {thingsboard_p50_to_ours}"
        )?;
        let (memory, restart) = (self.targets.highest_with_backlog_kib, self.targets.slowest_restart_ms);
        writeln!(f, "with the backlog: highest memory {memory:?} KiB, slowest restart {restart:?} ms")
    }
}
