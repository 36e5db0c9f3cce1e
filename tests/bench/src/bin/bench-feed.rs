//! `cargo xtask bench feed`: how fast the server returns the list of open spaces while counts move, beside nginx with the same
//! bytes as a file. The last line printed is one JSON object; exit code 1 means that a request was not answered.

use std::process::ExitCode;

use bench::feed::{FeedBenchOptions, run};
use clap::Parser;
use serde_json::json;

#[derive(Parser)]
#[command(about = "Throughput of the list of open spaces, compared with nginx and a static file")]
struct FeedBenchArguments {
    /// Garages of the district; one scenario per number
    #[arg(long, value_delimiter = ',', default_value = "100,1000")]
    garages: Vec<usize>,
    /// Concurrent HTTP connections
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of one round
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Passes of the order: server, nginx, nginx, server
    #[arg(long, default_value_t = 2)]
    passes: usize,
    /// Cars per second that pass the gates of the whole district during a round
    #[arg(long, default_value_t = 20)]
    passages_per_s: u32,
    /// Run for a few seconds only, as a smoke test
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    let arguments = FeedBenchArguments::parse();
    let options = FeedBenchOptions {
        garages: arguments.garages,
        connections: arguments.connections.max(1),
        seconds: arguments.seconds.max(1),
        passes: arguments.passes.max(1),
        passages_per_s: arguments.passages_per_s.max(1),
    };
    let options = match arguments.quick {
        true => FeedBenchOptions { garages: vec![3], connections: 2, seconds: 1, passes: 1, ..options },
        false => options,
    };
    let findings = e2e::run(run(&options));
    let figures = json!({
        "bench": "feed",
        "units": { "_us": "us", "_per_s": "1/s" },
        "connections": options.connections,
        "seconds": options.seconds,
        "passages_per_s": options.passages_per_s,
        "rounds": findings.rounds,
        "ratios": findings.ratios,
    });
    println!("{figures}");
    match findings.is_whole() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
