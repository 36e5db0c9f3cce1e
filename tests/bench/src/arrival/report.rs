//! Figures for people, and one JSON object for programs. All times in the JSON are microseconds.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::ArrivalBenchOptions;
use super::hops::LatencySamples;
use super::round::{ArrivalRoundOutcome, SystemMeasurement};
use e2e::district::DistrictKind;
use e2e::system::SystemForm;

/// A pair of rounds is left out when a synced write cost more than this many times as much in one as in the other.
const FSYNC_CHANGE: f64 = 1.5;
/// The teacher's frame, at the 99th percentile.
const FRAME_TARGET: Duration = Duration::from_millis(50);
/// The open command, in round trips of the bare broker, both at the 99th percentile.
const OPEN_TARGET: f64 = 3.0;

pub const fn name(form: SystemForm) -> &'static str {
    match form {
        SystemForm::Standalone => "standalone: embedded broker, SQLite",
        SystemForm::Separate => "separate processes: Mosquitto, PostgreSQL",
    }
}

/// One turn with the state of the machine around it.
#[derive(Debug, Clone, Serialize)]
pub struct ArrivalRound {
    #[serde(flatten)]
    pub outcome: ArrivalRoundOutcome,
    /// Of all cores, bench and clients included.
    pub cpu_busy_percent: f64,
    pub fsync_before_us: u64,
    pub fsync_after_us: u64,
}

impl ArrivalRound {
    pub fn new(outcome: ArrivalRoundOutcome, cpu: f64, fsync: (Duration, Duration)) -> Self {
        let us = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        Self {
            outcome,
            cpu_busy_percent: (cpu * 10.0).round() / 10.0,
            fsync_before_us: us(fsync.0),
            fsync_after_us: us(fsync.1),
        }
    }

    fn fsync(&self) -> [u64; 2] {
        [self.fsync_before_us.max(1), self.fsync_after_us.max(1)]
    }
}

/// The open command's 99th percentile in round trips of the bare broker.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OpenCommandRatio {
    pub median: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pairs: usize,
    /// Pairs left out because the disk changed in between.
    pub dropped: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct ArrivalScenario {
    pub form: &'static str,
    pub garages: usize,
    pub classes: usize,
    pub connections: usize,
    pub per_second: u32,
    pub round_seconds: f64,
    pub warm_up_seconds: f64,
    /// Of all rounds of the system together.
    pub total: SystemMeasurement,
    pub bare_round_trip: LatencySamples,
    pub open_p99_to_bare_p99: OpenCommandRatio,
    pub open_within_target: bool,
    pub frame_within_target: bool,
    /// Sockets that the system closed during the run.
    pub closed_sockets: usize,
    /// Frames that came when no more were awaited.
    pub late_frames: usize,
    pub rounds: Vec<ArrivalRound>,
}

impl ArrivalScenario {
    pub fn new(
        options: &ArrivalBenchOptions,
        form: SystemForm,
        place: DistrictKind,
        connections: usize,
        rounds: Vec<ArrivalRound>,
        (closed_sockets, late_frames): (usize, usize),
    ) -> Self {
        let DistrictKind::Uniform { schools, classes, .. } = place else {
            unreachable!("benches run in uniform districts")
        };
        let (mut total, mut bare_round_trip) = (SystemMeasurement::default(), LatencySamples::default());
        for round in &rounds {
            match &round.outcome {
                ArrivalRoundOutcome::Bare { round_trip, .. } => bare_round_trip.extend(round_trip),
                ArrivalRoundOutcome::System(way) => total.add(way),
            }
        }
        let ratio = ratio(&rounds);
        let frame = total.frame.percentiles().map(|p| Duration::from_micros(p.p99_us));
        Self {
            form: name(form),
            garages: schools,
            classes: schools * classes,
            connections,
            per_second: options.per_second,
            round_seconds: options.round.as_secs_f64(),
            warm_up_seconds: options.warm_up.as_secs_f64(),
            open_within_target: ratio.median.is_some_and(|median| median <= OPEN_TARGET),
            frame_within_target: frame.is_some_and(|p99| p99 < FRAME_TARGET),
            total,
            bare_round_trip,
            open_p99_to_bare_p99: ratio,
            closed_sockets,
            late_frames,
            rounds,
        }
    }

    /// Nothing lost, nothing twice, nothing wrong.
    pub fn is_whole(&self) -> bool {
        let SystemMeasurement { lost, twice, wrong_frames, .. } = &self.total;
        let bare = |round: &ArrivalRound| matches!(round.outcome, ArrivalRoundOutcome::Bare { lost, .. } if lost > 0);
        lost.sum() + twice.sum() + wrong_frames + self.closed_sockets + self.late_frames == 0
            && !self.rounds.iter().any(bare)
    }
}

impl SystemMeasurement {
    fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.resent += other.resent;
        self.wrong_frames += other.wrong_frames;
        self.publish.extend(&other.publish);
        self.open_command.extend(&other.open_command);
        self.ack.extend(&other.ack);
        self.frame.extend(&other.frame);
        let (hops, more) = (&mut self.hops, &other.hops);
        hops.controller_to_gateway.extend(&more.controller_to_gateway);
        hops.gateway_to_command_at_controller.extend(&more.gateway_to_command_at_controller);
        hops.gateway_to_ack_at_controller.extend(&more.gateway_to_ack_at_controller);
        hops.gateway_to_server.extend(&more.gateway_to_server);
        hops.server_to_frame.extend(&more.server_to_frame);
        let (lost, more) = (&mut self.lost, other.lost);
        lost.unacknowledged += more.unacknowledged;
        lost.not_opened += more.not_opened;
        lost.not_in_database += more.not_in_database;
        lost.arrivals += more.arrivals;
        lost.frames += more.frames;
        let (twice, more) = (&mut self.twice, other.twice);
        twice.commands += more.commands;
        twice.events_in_database += more.events_in_database;
        twice.arrivals += more.arrivals;
        twice.frames += more.frames;
    }
}

/// Each bare round with its neighbour of the system.
fn ratio(rounds: &[ArrivalRound]) -> OpenCommandRatio {
    let mut ratio = OpenCommandRatio::default();
    let mut ratios = Vec::new();
    for pair in rounds.chunks_exact(2) {
        let fsync = pair.iter().flat_map(ArrivalRound::fsync);
        let (slowest, fastest) = (fsync.clone().max().unwrap_or(1), fsync.min().unwrap_or(1));
        if slowest as f64 > fastest as f64 * FSYNC_CHANGE {
            ratio.dropped += 1;
            continue;
        }
        let p99 = |samples: &LatencySamples| samples.percentiles().map(|p| p.p99_us.max(1) as f64);
        let bare = pair.iter().find_map(|round| match &round.outcome {
            ArrivalRoundOutcome::Bare { round_trip, .. } => p99(round_trip),
            ArrivalRoundOutcome::System(_) => None,
        });
        let open = pair.iter().find_map(|round| match &round.outcome {
            ArrivalRoundOutcome::System(way) => p99(&way.open_command),
            ArrivalRoundOutcome::Bare { .. } => None,
        });
        ratios.extend(open.zip(bare).map(|(open, bare)| (open / bare * 100.0).round() / 100.0));
    }
    ratios.sort_by(f64::total_cmp);
    let at = |place: usize| ratios.get(place).copied();
    let last = ratios.len().saturating_sub(1);
    ratio.median = at(last / 2).zip(at(ratios.len() / 2)).map(|(low, high)| f64::midpoint(low, high));
    (ratio.min, ratio.max, ratio.pairs) = (at(0), at(last), ratios.len());
    ratio
}

impl fmt::Display for ArrivalRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.fsync_before_us, self.fsync_after_us);
        let machine = format!("fsync {before}/{after} us, cpu {} %", self.cpu_busy_percent);
        match &self.outcome {
            ArrivalRoundOutcome::Bare { round_trip, lost, .. } => {
                write!(f, "  bare   round trip   {round_trip}  lost {lost}; {machine}")
            }
            ArrivalRoundOutcome::System(way) => {
                writeln!(f, "  system open command {}  {machine}", way.open_command)?;
                write!(
                    f,
                    "         frame        {}  lost {} twice {}",
                    way.frame,
                    way.lost.sum(),
                    way.twice.sum()
                )
            }
        }
    }
}

impl fmt::Display for ArrivalScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SystemMeasurement { hops, lost, twice, .. } = &self.total;
        writeln!(
            f,
            "{}, {} garage(s), {} connections, {} classes",
            self.form, self.garages, self.connections, self.classes
        )?;
        writeln!(f, "  {:<38} {:>9} {:>9} {:>9}  (count)", "milliseconds", "p50", "p99", "max")?;
        let rows = [
            ("bare broker, round trip", &self.bare_round_trip),
            ("publish to open command", &self.total.open_command),
            ("publish to acknowledgement", &self.total.ack),
            ("publish to the teacher's frame", &self.total.frame),
            ("  load's own lateness", &self.total.publish),
            ("  controller to gateway", &hops.controller_to_gateway),
            ("  gateway to command at controller", &hops.gateway_to_command_at_controller),
            ("  gateway to ack at controller", &hops.gateway_to_ack_at_controller),
            ("  gateway to server's transaction", &hops.gateway_to_server),
            ("  server's transaction to frame", &hops.server_to_frame),
        ];
        for (name, samples) in rows {
            writeln!(f, "  {name:<38} {samples}")?;
        }
        writeln!(f, "  open p99 / bare p99: {:?}", self.open_p99_to_bare_p99)?;
        writeln!(f, "  {lost:?} {twice:?} wrong {} resent {}", self.total.wrong_frames, self.total.resent)
    }
}

/// How busy all cores were while `work` ran, in percent.
pub async fn with_cpu<T>(work: impl Future<Output = T>) -> (f64, T) {
    let before = jiffies();
    let done = work.await;
    let after = jiffies();
    let (all, idle) = (after.0 - before.0, after.1 - before.1);
    (if all > 0.0 { (all - idle) / all * 100.0 } else { 0.0 }, done)
}

/// All and idle since the start of the machine.
fn jiffies() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let fields: Vec<f64> = first.split_whitespace().skip(1).take(8).filter_map(|n| n.parse().ok()).collect();
    // idle and iowait
    (fields.iter().sum(), fields.iter().skip(3).take(2).sum())
}
