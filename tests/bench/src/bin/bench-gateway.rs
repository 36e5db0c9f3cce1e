//! `cargo xtask bench gateway`: what one gateway decides and stores a second, how long that takes, and what a backlog costs, beside
//! the bare broker and a relay that stores nothing. The last line printed is one JSON object; exit code 1 means that something
//! was lost or came twice.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench::gateway::stand::RELAY_PASSWORD;
use bench::gateway::{GatewayBenchOptions, relay, run};
use clap::{Parser, Subcommand};
use serde_json::json;

#[derive(Parser)]
#[command(
    about = "Decisions and stored events per second of one gateway, and the cost of a backlog, compared with the bare broker"
)]
struct GatewayBenchArguments {
    #[command(subcommand)]
    command: Option<GatewayBenchCommand>,
    /// Events per second of the open loop
    #[arg(long, default_value_t = 1_000)]
    per_second: u32,
    /// Seconds of one round of the open loop, including the warm-up
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Warm-up seconds of each round of the open loop; not measured, but losses count
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// Events of one round of a closed loop
    #[arg(long, default_value_t = 30_000)]
    events: usize,
    /// Outstanding decisions in the closed loop
    #[arg(long, default_value_t = 128)]
    in_flight: usize,
    /// Outstanding acknowledgements; one closed loop per number
    #[arg(long, value_delimiter = ',', default_value = "1,16,256")]
    stored_in_flight: Vec<usize>,
    /// Rounds of each contestant, in alternating order
    #[arg(long, default_value_t = 2)]
    passes: usize,
    /// Also compare with this program, as installed by `pip install thingsboard-gateway`
    #[arg(long, value_name = "PROGRAM")]
    thingsboard: Option<PathBuf>,
    /// Outstanding events from the controller to the end of the uplink in that comparison
    #[arg(long, default_value_t = 500)]
    delivered_in_flight: usize,
    /// Events of the long outage, all of them sent; 0: no measurement
    #[arg(long, default_value_t = 1_000_000)]
    backlog: usize,
    /// Restarts of the gateway with that backlog on disk
    #[arg(long, default_value_t = 3)]
    restarts: usize,
    /// Time limit in seconds for storing the backlog, and again for sending it
    #[arg(long, default_value_t = 1_800)]
    deadline: u64,
    /// Run for a few seconds only, as a smoke test
    #[arg(long)]
    quick: bool,
}

#[derive(Subcommand)]
enum GatewayBenchCommand {
    /// Runs the relay alone
    #[command(hide = true)]
    Relay {
        #[arg(long)]
        broker: SocketAddr,
        #[arg(long, env = RELAY_PASSWORD, hide_env_values = true)]
        password: String,
    },
}

impl GatewayBenchArguments {
    fn options(&self) -> GatewayBenchOptions {
        let options = GatewayBenchOptions {
            per_second: self.per_second.max(1),
            seconds: Duration::from_secs(self.seconds),
            warm_up: Duration::from_secs(self.warm_up),
            events: self.events,
            in_flight: self.in_flight.max(1),
            stored_in_flight: self.stored_in_flight.iter().copied().filter(|width| *width > 0).collect(),
            passes: self.passes.max(1),
            peer: self.thingsboard.clone(),
            delivered_in_flight: self.delivered_in_flight.max(1),
            backlog: self.backlog,
            restarts: self.restarts,
            deadline: Duration::from_secs(self.deadline),
        };
        match self.quick {
            false => options,
            true => GatewayBenchOptions {
                per_second: 200,
                seconds: Duration::from_secs(2),
                warm_up: Duration::ZERO,
                events: 500,
                in_flight: 16,
                stored_in_flight: vec![16],
                passes: 1,
                backlog: 2_000,
                restarts: 1,
                ..options
            },
        }
    }
}

fn main() -> ExitCode {
    let arguments = GatewayBenchArguments::parse();
    if let Some(GatewayBenchCommand::Relay { broker, password }) = arguments.command {
        e2e::run(relay(broker, password));
        return ExitCode::SUCCESS;
    }
    let findings = e2e::run(run(&arguments.options()));
    let figures = json!({
        "bench": "gateway",
        "units": { "_us": "us", "_ms": "ms", "_kib": "KiB", "_bytes": "bytes", "_per_s": "1/s", "_percent": "% of all cores" },
        "rounds": findings.rounds,
        "backlog": findings.backlog,
        "targets": findings.targets,
    });
    println!("{figures}");
    match findings.is_whole() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
