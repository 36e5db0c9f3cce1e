//! Figures for people, and one JSON object for programs. Times in the JSON are microseconds where a name does not say otherwise.

use std::fmt;

use serde::Serialize;

use super::Options;
use super::backlog::{Backlog, Restart};
use super::rounds::{Load, Measured};
use super::stand::Turn;

/// Decisions a second, in those of the relay.
const RELAY_SHARE: f64 = 0.8;
/// The command's 99th percentile, in that of the bare broker.
const COMMAND_TARGET: f64 = 3.0;
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
        let mut targets = Targets {
            decisions_to_relay: of(closed, Turn::LinkUp, Turn::Relay, |round| round.per_s),
            command_p99_to_bare_p99: of(open, Turn::LinkUp, Turn::Bare, p99),
            command_p99_to_relay_p99: of(open, Turn::LinkUp, Turn::Relay, p99),
            link_down_p99_to_link_up_p99: of(open, Turn::LinkDown, Turn::LinkUp, p99),
            ..Targets::default()
        };
        targets.judge(backlog.as_ref());
        Self { rounds, backlog, targets }
    }

    /// Nothing lost, nothing twice.
    pub fn is_whole(&self) -> bool {
        self.rounds.iter().all(Measured::is_whole) && self.backlog.as_ref().is_none_or(Backlog::is_whole)
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

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { per_second } => write!(f, "open loop, {per_second} events a second; milliseconds"),
            Self::Decisions { in_flight } => {
                write!(f, "closed loop until the command, {in_flight} under way")
            }
            Self::Stored { in_flight } => {
                write!(f, "closed loop until the acknowledgement (synced), {in_flight} under way")
            }
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.per_s.map(|rate| format!("{rate:9.0}/s")).unwrap_or_default();
        writeln!(
            f,
            "  {:<18} command {}{rate}  fsync {}/{} us, cpu {} %",
            self.turn.name(),
            self.answered,
            self.fsync_before_us,
            self.fsync_after_us,
            self.cpu_busy_percent
        )?;
        if self.turn.is_gateway() {
            writeln!(f, "  {:<18} ack     {}", "", self.acked)?;
            writeln!(f, "  {:<18} up      {}", "", self.up)?;
        }
        if !self.is_whole() || self.resent > 0 {
            let Self { lost, commanded_again, up_again, resent, .. } = self;
            writeln!(f, "  {lost:?} twice: commands {commanded_again}, up {up_again}; resent {resent}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Backlog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}/s"));
        let mib = |kib: u64| kib as f64 / 1_024.0;
        writeln!(f, "backlog of {} events", self.events)?;
        writeln!(
            f,
            "  stored             {}, {} bytes an event on disk",
            rate(self.stored_per_s),
            self.bytes_per_event
        )?;
        let memories = [("empty", self.empty), ("filled", self.filled), ("after", self.after)];
        for (name, memory) in memories {
            writeln!(
                f,
                "  memory, {name:<10} {:.1} MiB, highest {:.1}",
                mib(memory.rss_kib),
                mib(memory.highest_kib)
            )?;
        }
        for Restart { first_decision_ms, memory } in &self.restarts {
            let (now, highest) = (mib(memory.rss_kib), mib(memory.highest_kib));
            writeln!(
                f,
                "  kill -9 to first decision {first_decision_ms} ms; {now:.1} MiB, highest {highest:.1}"
            )?;
        }
        let up = &self.catch_up;
        let (first, last) = (rate(up.first_tenth_per_s), rate(up.last_tenth_per_s));
        writeln!(
            f,
            "  catch-up           {} (first tenth {first}, last {last}), {:?} ms",
            rate(up.per_s),
            up.took_ms
        )?;
        writeln!(f, "  live command       {}", up.live_answered)?;
        writeln!(f, "  live ack           {}", up.live_acked)?;
        writeln!(f, "  live up            {}", up.live_up)?;
        let Self { unacked, lost, up_again, commanded_again, .. } = self;
        writeln!(
            f,
            "  not acknowledged {unacked}, lost {lost}, twice up {up_again}, twice commanded {commanded_again}"
        )
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(backlog) = &self.backlog {
            writeln!(f, "\n{backlog}")?;
        }
        writeln!(f, "{:#?}", self.targets)
    }
}
