//! `cargo xtask bench NAME`: the last line on standard output is the bench's JSON object.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::packages;
use crate::steps::TaskSteps;
use crate::workspace::{BuildProfile, binary, build_binaries, root};

#[derive(Args)]
pub(crate) struct BenchTaskOptions {
    /// Bench to run: `arrival`, `allocate`, `gateway` or `feed`
    name: String,
    /// Arguments of the bench; see its `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &BenchTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    packages::install_servers(&mut steps)?;
    if options.name == "feed" {
        packages::install_feed_bench(&mut steps)?;
    }
    steps.run("build as installed", &mut build_binaries(BuildProfile::Dist)?)?;
    let mut bench = Command::new(binary(BuildProfile::Dist, &format!("bench-{}", options.name))?);
    bench.args(&options.arguments).current_dir(root()?);
    steps.run(&format!("bench {}", options.name), &mut bench)
}
