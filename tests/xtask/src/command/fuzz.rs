//! `cargo xtask fuzz`

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::steps::TaskSteps;
use crate::workspace::{BuildProfile, binary, cargo, root};

#[derive(Args)]
pub(crate) struct FuzzTaskOptions {
    /// Arguments of the fuzzer; see its `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &FuzzTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    steps.run("build in release", &mut cargo(&["build", "--release", "-p", "e2e", "--bin", "fuzz"])?)?;
    let mut fuzz = Command::new(binary(BuildProfile::Release, "fuzz")?);
    fuzz.args(&options.arguments).current_dir(root()?);
    steps.run("fuzz", &mut fuzz)
}
