//! `cargo xtask lint`

use std::process::Command;

use anyhow::Result;

use crate::steps::TaskSteps;
use crate::workspace::cargo;

pub(crate) fn run() -> Result<()> {
    steps(&mut TaskSteps::default())
}

pub(crate) fn steps(steps: &mut TaskSteps) -> Result<()> {
    steps.run("format", &mut cargo(&["fmt", "--all", "--check"])?)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", &mut cargo(&clippy)?)?;
    let documents = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    steps.run("documentation", cargo(&documents)?.env("RUSTDOCFLAGS", "-D warnings"))?;
    dependencies(steps)
}

/// Checks the policy of `deny.toml` where cargo-deny is installed. The tidy tests check licences and sources without it.
fn dependencies(steps: &mut TaskSteps) -> Result<()> {
    if !Command::new("cargo-deny").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("\nthere is no cargo-deny here: bans and advisories are not checked");
        return Ok(());
    }
    steps.run("bans, licences, sources", &mut cargo(&["deny", "check", "bans", "licenses", "sources"])?)?;
    // Without a network the database cannot be fetched, and a copy of unknown age proves nothing.
    let fetched = cargo(&["deny", "fetch", "db"])?.status()?;
    if !fetched.success() {
        eprintln!("\nthe advisory database cannot be fetched: advisories are not checked");
        return Ok(());
    }
    steps.run("advisories", &mut cargo(&["deny", "check", "--disable-fetch", "advisories"])?)
}
