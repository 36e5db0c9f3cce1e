//! `cargo xtask bench allocate`: reservations a second and their latency, beside PostgreSQL alone. The last line
//! printed is one JSON object; exit code 1 means that a space was sold twice or a reservation is astray.

use std::process::ExitCode;
use std::time::Duration;

use bench::allocate::callers::RoundDuration;
use bench::allocate::contestant::ContestantKind;
use bench::allocate::demand::{DemandScale, LONGEST, SHORTEST};
use bench::allocate::{AllocateBenchOptions, rebuild, run};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::json;

#[derive(Parser)]
#[command(about = "Reservations per second and their latency, compared with PostgreSQL alone")]
struct AllocateBenchArguments {
    #[command(subcommand)]
    command: Option<AllocateBenchCommand>,
    /// Contestants to run. Default: all
    #[arg(long, value_delimiter = ',')]
    contestants: Vec<ContestantKind>,
    /// Concurrent callers; one scenario per number and scale
    #[arg(long, value_delimiter = ',', default_value = "16,256")]
    callers: Vec<usize>,
    /// Sizes of the district
    #[arg(long, value_delimiter = ',', default_value = "one,thirty")]
    scales: Vec<GarageScale>,
    /// Measured seconds of one round
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seconds before each measurement; results are checked but not measured
    #[arg(long, default_value_t = 3)]
    warm_up: u64,
    /// Rounds of each contestant, in alternating order
    #[arg(long, default_value_t = 2)]
    passes: usize,
    /// Maximum database connections of one contestant
    #[arg(long, default_value_t = 32)]
    connections: u32,
    /// Races of 32 callers for the last space; 0: no races and no attempts
    #[arg(long, default_value_t = 1_000)]
    races: usize,
    /// Attempts in a nearly full garage; a million takes minutes
    #[arg(long, default_value_t = 100_000)]
    attempts: u64,
    /// Days of history for the measurement of a book's rebuild; 0: no measurement
    #[arg(long, default_value_t = 365)]
    history_days: u32,
    /// Seed of the random demand
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run for a few seconds only, as a smoke test
    #[arg(long)]
    quick: bool,
}

#[derive(Subcommand)]
enum AllocateBenchCommand {
    /// Rebuilds one book in this process and reports the cost
    #[command(hide = true)]
    Book {
        #[arg(long)]
        database: String,
        #[arg(long)]
        key: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum GarageScale {
    /// One garage with 107 spaces, a week
    One,
    /// 30 garages with 300 spaces each, two days
    Thirty,
}

impl GarageScale {
    const fn scale(self) -> DemandScale {
        match self {
            Self::One => DemandScale { garages: 1, spaces: 107, days: 7, fill: 0.95 },
            Self::Thirty => DemandScale { garages: 30, spaces: 300, days: 2, fill: 0.95 },
        }
    }
}

impl AllocateBenchArguments {
    fn options(&self) -> AllocateBenchOptions {
        let all = || ContestantKind::value_variants().to_vec();
        let options = AllocateBenchOptions {
            scales: self.scales.iter().map(|size| size.scale()).collect(),
            callers: self.callers.iter().copied().filter(|callers| *callers > 0).collect(),
            contestants: if self.contestants.is_empty() { all() } else { self.contestants.clone() },
            span: RoundDuration {
                warm_up: Duration::from_secs(self.warm_up),
                measured: Duration::from_secs(self.seconds.max(1)),
            },
            passes: self.passes.max(1),
            connections: self.connections.max(1),
            races: self.races,
            attempts: self.attempts,
            history_days: self.history_days,
            seed: self.seed,
        };
        match self.quick {
            false => options,
            true => AllocateBenchOptions {
                scales: vec![DemandScale { garages: 2, spaces: 20, days: 2, fill: 0.95 }],
                callers: vec![8],
                span: RoundDuration {
                    warm_up: Duration::from_millis(200),
                    measured: Duration::from_millis(800),
                },
                passes: 1,
                races: 20,
                attempts: 2_000,
                history_days: 3,
                ..options
            },
        }
    }
}

fn main() -> ExitCode {
    let arguments = AllocateBenchArguments::parse();
    if let Some(AllocateBenchCommand::Book { database, key }) = &arguments.command {
        e2e::run(rebuild::child(database, key));
        return ExitCode::SUCCESS;
    }
    let findings = e2e::run(run(&arguments.options()));
    let figures = json!({
        "bench": "allocate",
        "units": {
            "_per_s": "1/s", "_us": "us", "_bytes": "bytes", "fill": "share of space-time", "_percent": "% of all cores"
        },
        "asks": {
            "minutes": [SHORTEST, LONGEST],
            "mix": { "cancel": 0.4, "ask_for_given_back": 0.4, "ask_for_random": 0.2 }
        },
        "scenarios": findings.scenarios,
        "races": findings.races,
        "rebuild": findings.rebuild,
    });
    println!("{figures}");
    match findings.is_right() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
