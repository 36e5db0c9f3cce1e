//! `cargo xtask lint`

use anyhow::Result;

use crate::steps::Steps;
use crate::workspace::cargo;

pub fn run() -> Result<()> {
    steps(&mut Steps::default())
}

pub fn steps(steps: &mut Steps) -> Result<()> {
    steps.run("format", &mut cargo(&["fmt", "--all", "--check"])?)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", &mut cargo(&clippy)?)
}
