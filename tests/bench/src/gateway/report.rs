//! Figures for people, and one JSON object for programs. Times in the JSON are microseconds unless a name has another unit.

use std::fmt;

use serde::Serialize;

use super::GatewayBenchOptions;
use super::backlog::BacklogMeasurement;
use super::rounds::{GatewayLoad, GatewayRound};
use super::stand::GatewayContestant;

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
pub struct RoundRatio {
    pub median: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pairs: usize,
}

/// What was promised, and whether it was kept; absent where it was not measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GatewayTargets {
    pub decisions_to_relay: RoundRatio,
    pub decisions_at_least_80_percent_of_relay: Option<bool>,
    pub command_p99_to_bare_p99: RoundRatio,
    pub command_p99_within_3_bare: Option<bool>,
    pub command_p99_to_relay_p99: RoundRatio,
    pub link_down_p99_to_link_up_p99: RoundRatio,
    pub link_up_and_down_are_the_same: Option<bool>,
    pub rate_to_thingsboard: RoundRatio,
    pub rate_at_least_4_thingsboard: Option<bool>,
    pub thingsboard_p50_to_ours: RoundRatio,
    pub p50_at_most_a_50th_of_thingsboard: Option<bool>,
    pub highest_with_backlog_kib: Option<u64>,
    pub memory_under_30_mib: Option<bool>,
    pub slowest_restart_ms: Option<u64>,
    pub restart_within_2_s: Option<bool>,
}

#[derive(Debug, Clone, Serialize)]
pub struct GatewayFindings {
    pub rounds: Vec<GatewayRound>,
    pub backlog: Option<BacklogMeasurement>,
    pub targets: GatewayTargets,
}

impl GatewayFindings {
    pub fn new(
        options: &GatewayBenchOptions,
        rounds: Vec<GatewayRound>,
        backlog: Option<BacklogMeasurement>,
    ) -> Self {
        let open = GatewayLoad::Open { per_second: options.per_second };
        let closed = GatewayLoad::Decisions { in_flight: options.in_flight };
        let p99 = |round: &GatewayRound| round.answered.percentiles().map(|p| p.p99_us.max(1) as f64);
        let of = |load, over, under, value: fn(&GatewayRound) -> Option<f64>| {
            ratio(&rounds, load, (over, under), value)
        };
        let up_p50 = |round: &GatewayRound| round.up.percentiles().map(|p| p.p50_us.max(1) as f64);
        let delivered = GatewayLoad::Delivered { in_flight: options.delivered_in_flight };
        let mut targets = GatewayTargets {
            rate_to_thingsboard: of(delivered, GatewayContestant::LinkUp, GatewayContestant::Peer, |round| {
                round.per_s
            }),
            thingsboard_p50_to_ours: of(open, GatewayContestant::Peer, GatewayContestant::LinkUp, up_p50),
            decisions_to_relay: of(closed, GatewayContestant::LinkUp, GatewayContestant::Relay, |round| {
                round.per_s
            }),
            command_p99_to_bare_p99: of(open, GatewayContestant::LinkUp, GatewayContestant::Bare, p99),
            command_p99_to_relay_p99: of(open, GatewayContestant::LinkUp, GatewayContestant::Relay, p99),
            link_down_p99_to_link_up_p99: of(
                open,
                GatewayContestant::LinkDown,
                GatewayContestant::LinkUp,
                p99,
            ),
            ..GatewayTargets::default()
        };
        targets.judge(backlog.as_ref());
        Self { rounds, backlog, targets }
    }

    /// The gateway has lost nothing and done nothing twice. Losses of the yardsticks are in their figures: they resend nothing.
    pub fn is_whole(&self) -> bool {
        let mut ours = self.rounds.iter().filter(|round| round.turn.is_gateway());
        ours.all(GatewayRound::is_whole) && self.backlog.as_ref().is_none_or(BacklogMeasurement::is_whole)
    }
}

impl GatewayTargets {
    fn judge(&mut self, backlog: Option<&BacklogMeasurement>) {
        let at_most = |ratio: RoundRatio, most: f64| ratio.median.map(|median| median <= most);
        self.decisions_at_least_80_percent_of_relay =
            self.decisions_to_relay.median.map(|share| share >= RELAY_SHARE);
        self.command_p99_within_3_bare = at_most(self.command_p99_to_bare_p99, COMMAND_TARGET);
        let link = self.link_down_p99_to_link_up_p99;
        self.link_up_and_down_are_the_same = link.median.map(|median| (1.0 / SAME..=SAME).contains(&median));
        let at_least = |ratio: RoundRatio, least: f64| ratio.median.map(|median| median >= least);
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
    rounds: &[GatewayRound],
    load: GatewayLoad,
    (over, under): (GatewayContestant, GatewayContestant),
    value: fn(&GatewayRound) -> Option<f64>,
) -> RoundRatio {
    let of = |turn| rounds.iter().filter(move |round| round.turn == turn && round.load == load);
    let pair = |round: &GatewayRound| {
        let other = of(under).find(|other| other.pass == round.pass)?;
        Some(value(round)? / value(other)?)
    };
    let mut ratios: Vec<f64> =
        of(over).filter_map(pair).map(|ratio| (ratio * 100.0).round() / 100.0).collect();
    ratios.sort_by(f64::total_cmp);
    let at = |place: usize| ratios.get(place).copied();
    let last = ratios.len().saturating_sub(1);
    let median = at(last / 2).zip(at(ratios.len() / 2)).map(|(low, high)| f64::midpoint(low, high));
    RoundRatio { median, min: at(0), max: at(last), pairs: ratios.len() }
}

impl fmt::Display for RoundRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.median, self.min, self.max) {
            (Some(median), Some(min), Some(max)) => {
                write!(f, "{median:.2} ({min:.2} to {max:.2} in {} pairs)", self.pairs)
            }
            _ => write!(f, "not measured"),
        }
    }
}

impl fmt::Display for GatewayFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(backlog) = &self.backlog {
            writeln!(f, "\n{backlog}")?;
        }
        let GatewayTargets { decisions_to_relay, command_p99_to_bare_p99, command_p99_to_relay_p99, .. } =
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
        let GatewayTargets { rate_to_thingsboard, thingsboard_p50_to_ours, .. } = self.targets;
        writeln!(
            f,
            "rate, in that of thingsboard-gateway: {rate_to_thingsboard}; its median in ours: {thingsboard_p50_to_ours}"
        )?;
        let (memory, restart) = (self.targets.highest_with_backlog_kib, self.targets.slowest_restart_ms);
        writeln!(f, "with the backlog: highest memory {memory:?} KiB, slowest restart {restart:?} ms")
    }
}
