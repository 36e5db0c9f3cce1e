//! `cargo xtask crash`: kills processes under load and checks the remaining data. The last line printed is one JSON object; exit
//! code 1 means that something was lost, doubled, stale or wrong.

use std::process::ExitCode;

use clap::Parser;
use e2e::crash::{CrashPlan, CrashReport, run};
use e2e::system::SystemForm;
use serde_json::json;

#[derive(Parser)]
#[command(about = "Kills processes under load and checks what is left")]
struct CrashRunOptions {
    /// Number of kills over all forms, in rounds of 25
    #[arg(long, default_value_t = 50)]
    cycles: u32,
    /// Run only this form
    #[arg(long, value_parser = ["standalone", "separate"])]
    form: Option<String>,
    /// Seed of a run to repeat. Default: a random one, printed
    #[arg(long)]
    seed: Option<u64>,
    /// Garages of the district
    #[arg(long, default_value_t = 3)]
    garages: usize,
    /// Entries per second over all garages
    #[arg(long, default_value_t = 25.0)]
    per_second: f64,
}

/// Kills in one round. Each round starts with an empty system, is checked, and has its own seed.
const ROUND: u32 = 25;

impl CrashRunOptions {
    fn forms(&self) -> &'static [SystemForm] {
        match self.form.as_deref() {
            Some("standalone") => &[SystemForm::Standalone],
            Some(_) => &[SystemForm::Separate],
            None => &[SystemForm::Standalone, SystemForm::Separate],
        }
    }

    /// The separate form has more parts to kill but no more kills.
    fn rounds(&self, form: SystemForm, seed: u64) -> Vec<CrashPlan> {
        let kills = self.cycles.div_ceil(u32::try_from(self.forms().len()).unwrap_or(1));
        let rounds = kills.div_ceil(ROUND).max(1);
        let plan = |round: u32| CrashPlan {
            form,
            kills: (kills - round * ROUND).min(ROUND),
            seed: seed.wrapping_add(u64::from(round)),
            garages: self.garages,
            per_second: self.per_second,
        };
        (0..rounds).map(plan).collect()
    }
}

/// Runs the rounds one after another and stops after the first that finds something.
fn survive(rounds: Vec<CrashPlan>) -> Option<CrashReport> {
    let mut all: Option<CrashReport> = None;
    let planned = rounds.len();
    for (place, plan) in rounds.into_iter().enumerate() {
        eprintln!("round {} of {planned}, seed {}", place + 1, plan.seed);
        let report = e2e::run(run(plan));
        for violation in &report.violations {
            eprintln!("VIOLATION ({}, seed {}): {violation}", report.form, report.seed);
        }
        let found = !report.violations.is_empty();
        all = Some(match all {
            Some(all) => all.and(report),
            None => report,
        });
        if found {
            break;
        }
    }
    all
}

fn main() -> ExitCode {
    let options = CrashRunOptions::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    let reports: Vec<CrashReport> =
        options.forms().iter().filter_map(|form| survive(options.rounds(*form, seed))).collect();
    println!("{}", json!({ "crash": reports }));
    match reports.iter().all(|report| report.violations.is_empty()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
