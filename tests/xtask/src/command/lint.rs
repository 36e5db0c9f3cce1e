//! `cargo xtask lint`

use anyhow::Result;

use crate::steps::TaskSteps;
use crate::workspace::cargo;

pub fn run() -> Result<()> {
    steps(&mut TaskSteps::default())
}

pub fn steps(steps: &mut TaskSteps) -> Result<()> {
    steps.run("format", &mut cargo(&["fmt", "--all", "--check"])?)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", &mut cargo(&clippy)?)
}
