//! `cargo xtask crash`: kills processes under load and checks what is left. The last line printed is one JSON object; exit
//! code 1 says that something was lost, doubled, stale or wrong.

use std::process::ExitCode;

use clap::Parser;
use e2e::crash::{Plan, Report, run};
use e2e::system::Form;
use serde_json::json;

#[derive(Parser)]
#[command(about = "Kills processes under load and checks what is left")]
struct Options {
    /// How often a process is killed, over all forms
    #[arg(long, default_value_t = 50)]
    cycles: u32,
    /// Only one form
    #[arg(long, value_parser = ["standalone", "separate"])]
    form: Option<String>,
    /// Of a run that is to be repeated; otherwise invented and printed
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 3)]
    garages: usize,
    /// Entries a second over all garages
    #[arg(long, default_value_t = 25.0)]
    per_second: f64,
}

impl Options {
    /// The separate form has more parts to kill but no more kills.
    fn plans(&self, seed: u64) -> Vec<Plan> {
        let forms: &[Form] = match self.form.as_deref() {
            Some("standalone") => &[Form::Standalone],
            Some(_) => &[Form::Separate],
            None => &[Form::Standalone, Form::Separate],
        };
        let split = u32::try_from(forms.len()).unwrap_or(1);
        let plan = |form: &Form| Plan {
            form: *form,
            kills: self.cycles.div_ceil(split),
            seed,
            garages: self.garages,
            per_second: self.per_second,
        };
        forms.iter().map(plan).collect()
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    let reports: Vec<Report> = options.plans(seed).into_iter().map(|plan| e2e::run(run(plan))).collect();
    for report in &reports {
        for violation in &report.violations {
            eprintln!("VIOLATION ({}): {violation}", report.form);
        }
    }
    println!("{}", json!({ "crash": reports }));
    match reports.iter().all(|report| report.violations.is_empty()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
