//! `cargo xtask test`: everything, from a bare machine to the summary.
//!
//! The pages' tests are started by a test of `e2e`, so `cargo test` is all there is to run.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use super::lint;
use crate::cluster::{Cluster, URL_VARIABLE};
use crate::packages;
use crate::steps::Steps;
use crate::workspace::{Profile, binary, build_binaries, cargo, root, target};

#[derive(Args)]
pub struct Options {
    /// Only tests whose name contains this; without format check and lints
    #[arg(long, value_name = "FILTER")]
    only: Option<String>,
    /// Only the tests of this crate; without format check and lints
    #[arg(long, short, value_name = "CRATE")]
    package: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    packages::install_all(&mut steps)?;
    steps.run("browser driver (npm ci)", &mut npm()?)?;
    steps.run("independent calendar (pip install)", &mut independent_calendar()?)?;
    if options.only.is_none() && options.package.is_none() {
        lint::steps(&mut steps)?;
    }
    steps.run("build the binaries", &mut build_binaries(Profile::Debug)?)?;
    let start = || Cluster::start(&binary(Profile::Debug, "test-postgres")?);
    let cluster = steps.time("start PostgreSQL", start)?;
    steps.run("tests", tests(options)?.env(URL_VARIABLE, &cluster.url))
}

/// `ci` installs exactly the lock file. The driver's own browsers stay out: the tests use Debian's.
fn npm() -> Result<Command> {
    let mut command = Command::new("npm");
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(root()?.join("e2e/pages"));
    command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    Ok(command)
}

/// Into the folder where the server's tests look for it: cargo calls it `CARGO_TARGET_TMPDIR`.
fn independent_calendar() -> Result<Command> {
    let mut command = Command::new("python3");
    command.arg(root()?.join("server/tests/calendar/chinesecalendar.py")).arg("install");
    command.arg(target()?.join("tmp").join("chinesecalendar"));
    Ok(command)
}

fn tests(options: &Options) -> Result<Command> {
    // One run shows all that is broken.
    let mut command = cargo(&["test", "--no-fail-fast"])?;
    match &options.package {
        Some(package) => command.args(["--package", package]),
        None => command.arg("--workspace"),
    };
    if let Some(filter) = &options.only {
        command.args(["--", filter]);
    }
    Ok(command)
}
