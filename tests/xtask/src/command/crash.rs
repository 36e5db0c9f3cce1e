//! `cargo xtask crash`

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::packages;
use crate::steps::TaskSteps;
use crate::workspace::{BuildProfile, binary, build_binaries, root};

#[derive(Args)]
pub(crate) struct CrashTaskOptions {
    /// Number of kills
    #[arg(long, default_value_t = 50)]
    cycles: u32,
    /// Arguments of the harness; see its `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &CrashTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    packages::install_servers(&mut steps)?;
    steps.run("build the binaries", &mut build_binaries(BuildProfile::Debug)?)?;
    let mut harness = Command::new(binary(BuildProfile::Debug, "crash")?);
    harness.args(["--cycles", &options.cycles.to_string()]).args(&options.arguments).current_dir(root()?);
    steps.run("crash harness", &mut harness)
}
