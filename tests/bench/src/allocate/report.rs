//! Figures for people, and one JSON object for programs.

use std::fmt;

use serde::Serialize;

use super::contestant::ContestantKind;
use super::demand::DemandScale;
use super::round::AllocateRound;

/// A pair of rounds is left out when a synced write cost more than this many times as much in one as in the other.
const FSYNC_CHANGE: f64 = 1.5;

/// Rounds of several contestants with the same load: all of them forwards, then all backwards, and so on.
#[derive(Debug, Clone, Serialize)]
pub struct AllocateScenario {
    #[serde(flatten)]
    pub scale: DemandScale,
    pub callers: usize,
    pub connections: u32,
    pub rounds: Vec<AllocateRound>,
    /// One for each contestant.
    pub medians: Vec<ContestantMedians>,
    /// Of those that are not ours, the one that accepted most.
    pub best_peer: Option<ContestantKind>,
    pub ratios: Vec<ContestantRatio>,
}

/// Over the rounds of one contestant.
#[derive(Debug, Clone, Serialize)]
pub struct ContestantMedians {
    pub contestant: ContestantKind,
    pub accepted_per_s: f64,
    pub answered_per_s: f64,
    pub accepted_p50_us: f64,
    pub accepted_p99_us: f64,
    pub answered_p99_us: f64,
}

impl ContestantMedians {
    fn new(contestant: ContestantKind, rounds: &[&AllocateRound]) -> Self {
        let of = |value: fn(&AllocateRound) -> Option<f64>| {
            let mut values: Vec<f64> = rounds.iter().copied().filter_map(value).collect();
            median(&mut values).unwrap_or(0.0)
        };
        Self {
            contestant,
            accepted_per_s: of(|round| Some(round.figures.accepted_per_s)),
            answered_per_s: of(|round| Some(round.figures.answered_per_s)),
            accepted_p50_us: of(|round| Some(round.figures.accepted?.p50_us as f64)),
            accepted_p99_us: of(|round| Some(round.figures.accepted?.p99_us as f64)),
            answered_p99_us: of(|round| Some(round.figures.answered?.p99_us as f64)),
        }
    }
}

/// Sorts them.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    values.get(low).zip(values.get(high)).map(|(low, high)| f64::midpoint(*low, *high))
}

/// How many times as many reservations a second the first one accepts, over pairs of rounds of the same pass.
#[derive(Debug, Clone, Serialize)]
pub struct ContestantRatio {
    pub of: ContestantKind,
    pub to: ContestantKind,
    pub median: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pairs: usize,
    /// Pairs left out because the disk changed in between.
    pub dropped: usize,
}

impl AllocateScenario {
    pub fn new(
        scale: DemandScale,
        callers: usize,
        connections: u32,
        passes: Vec<Vec<AllocateRound>>,
    ) -> Self {
        let kinds: Vec<ContestantKind> =
            passes.first().into_iter().flatten().map(|round| round.contestant).collect();
        let mut ratios = Vec::new();
        for of in kinds.iter().filter(|kind| !kind.is_peer()) {
            let to = kinds.iter().filter(|to| to.is_peer() || of.this_space() == Some(**to));
            ratios.extend(to.map(|to| ContestantRatio::new(&passes, *of, *to)));
        }
        let rounds: Vec<AllocateRound> = passes.into_iter().flatten().collect();
        let of = |kind: &ContestantKind| -> Vec<&AllocateRound> {
            rounds.iter().filter(|r| r.contestant == *kind).collect()
        };
        let medians: Vec<ContestantMedians> =
            kinds.iter().map(|kind| ContestantMedians::new(*kind, &of(kind))).collect();
        let peers = medians.iter().filter(|medians| medians.contestant.is_peer());
        let best = peers.max_by(|a, b| a.accepted_per_s.total_cmp(&b.accepted_per_s));
        let best_peer = best.map(|medians| medians.contestant);
        Self { scale, callers, connections, rounds, medians, best_peer, ratios }
    }

    pub fn is_right(&self) -> bool {
        self.rounds.iter().all(AllocateRound::is_right)
    }
}

impl ContestantRatio {
    fn new(passes: &[Vec<AllocateRound>], of: ContestantKind, to: ContestantKind) -> Self {
        let mut ratio = Self { of, to, median: None, min: None, max: None, pairs: 0, dropped: 0 };
        let mut found = Vec::new();
        for pass in passes {
            let round = |kind: ContestantKind| pass.iter().find(|round| round.contestant == kind);
            let Some((first, second)) = round(of).zip(round(to)) else { continue };
            let fsync = [first.fsync(), second.fsync()].concat();
            let (fastest, slowest) = (fsync.iter().min(), fsync.iter().max());
            let Some((fastest, slowest)) = fastest.zip(slowest) else { continue };
            match *slowest as f64 > *fastest as f64 * FSYNC_CHANGE {
                true => ratio.dropped += 1,
                false => found.push(first.figures.accepted_per_s / second.figures.accepted_per_s.max(0.1)),
            }
        }
        let rounded = |ratio: f64| (ratio * 100.0).round() / 100.0;
        ratio.median = median(&mut found).map(rounded);
        (ratio.min, ratio.max) = (found.first().copied().map(rounded), found.last().copied().map(rounded));
        ratio.pairs = found.len();
        ratio
    }
}

impl fmt::Display for AllocateRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LatencyColumns { accepted, answered } = LatencyColumns::of(self);
        let figures = &self.figures;
        let name = format!("{:?}", self.contestant);
        write!(
            f,
            "  {name:<22} accepted {:>8.1}/s {accepted}; refused {:.0}/s, unasked {:.0}/s, cancelled {:.0}/s, \
             answered {:.0}/s {answered}; gave up {}, conflicts {}, oversold {}, astray {}; fill {}-{}, cpu {} % \
             (bench {} %, server {:?}), fsync {}/{} us",
            figures.accepted_per_s,
            figures.refused_per_s,
            figures.unasked_per_s,
            figures.cancelled_per_s,
            figures.answered_per_s,
            figures.gave_up,
            self.conflicts,
            self.verdict.oversold,
            self.astray,
            self.fill_before,
            self.fill_after,
            self.cpu_busy_percent,
            self.cpu_bench_percent,
            self.cpu_server_percent,
            self.fsync_before_us,
            self.fsync_after_us,
        )
    }
}

/// Latencies in milliseconds, for people.
struct LatencyColumns {
    accepted: String,
    answered: String,
}

impl LatencyColumns {
    fn of(round: &AllocateRound) -> Self {
        let text = |percentiles: Option<simulator::load::LatencyPercentiles>| match percentiles {
            Some(p) => {
                format!("(p50 {:.1} p99 {:.1} ms)", p.p50_us as f64 / 1_000.0, p.p99_us as f64 / 1_000.0)
            }
            None => "(none)".to_owned(),
        };
        Self { accepted: text(round.figures.accepted), answered: text(round.figures.answered) }
    }
}

impl fmt::Display for AllocateScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ratio in &self.ratios {
            writeln!(
                f,
                "  {:?} to {:?}: {:?} ({:?} to {:?}, {} pairs, {} dropped)",
                ratio.of, ratio.to, ratio.median, ratio.min, ratio.max, ratio.pairs, ratio.dropped
            )?;
        }
        Ok(())
    }
}
