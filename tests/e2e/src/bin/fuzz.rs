//! `cargo xtask fuzz`: damaged messages for every parser of untrusted input. The last line printed is one JSON object; exit
//! code 1 means that something panicked or hung; its input is in a file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use e2e::fuzz::{FuzzLimit, run, targets};
use serde_json::json;

#[derive(Parser)]
#[command(about = "Sends damaged messages to every parser of untrusted input")]
struct FuzzRunOptions {
    /// Duration in minutes
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// Run only this target
    #[arg(long)]
    target: Option<String>,
    /// Seed of a run to repeat. Default: a random one, printed
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for inputs that caused a failure
    #[arg(long, default_value = "target")]
    findings: PathBuf,
}

fn main() -> ExitCode {
    let options = FuzzRunOptions::parse();
    let Ok(time) = Duration::try_from_secs_f64(options.minutes * 60.0) else {
        eprintln!("--minutes: not a time");
        return ExitCode::from(2);
    };
    let targets = targets::all().into_iter();
    let targets: Vec<_> =
        targets.filter(|target| options.target.as_ref().is_none_or(|name| name == target.name)).collect();
    if targets.is_empty() {
        eprintln!(
            "--target: {}",
            targets::all().iter().map(|target| target.name).collect::<Vec<_>>().join(", ")
        );
        return ExitCode::from(2);
    }
    let seed = options.seed.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    let (tried, finding) = run(targets, seed, FuzzLimit::Time(time));
    let kept = finding.as_ref().map(|finding| {
        let path = options.findings.join(format!("fuzz-{}-{seed}", finding.target));
        eprintln!("{:?} in {}: {}", finding.what, finding.target, path.display());
        if let Err(error) = std::fs::write(&path, &finding.input) {
            eprintln!("{}: {error}", path.display());
        }
        json!({ "target": finding.target, "what": finding.what, "input": path })
    });
    println!("{}", json!({ "fuzz": tried, "seed": seed, "finding": kept }));
    match finding {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    }
}
