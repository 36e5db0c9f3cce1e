//! `cargo xtask test`: everything, from a bare machine to the summary.
//!
//! A test of `e2e` starts the pages' tests, so `cargo test` runs everything.

use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use super::lint;
use crate::cluster::{TaskCluster, URL_VARIABLE};
use crate::packages;
use crate::steps::TaskSteps;
use crate::workspace::{BuildProfile, binary, build_binaries, cargo, integration_tests, root, target};

/// The test binary of the end-to-end tests.
const END_TO_END: &str = "e2e";

#[derive(Args)]
pub(crate) struct TestTaskOptions {
    /// Run only tests whose name contains FILTER, without format check and lints
    #[arg(long, value_name = "FILTER")]
    only: Option<String>,
    /// Build and run only this test binary, without format check and lints: `lib` for unit tests, or the folder's name in a
    /// crate's `tests/` (`server`, `gateway`, `api`, `e2e`)
    #[arg(long, value_name = "NAME")]
    binary: Option<String>,
}

pub(crate) fn run(options: &TestTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    packages::install_all(&mut steps)?;
    steps.run("browser driver (npm ci)", &mut npm("tests/e2e/pages")?)?;
    steps.run("judge of opening hours (npm ci)", &mut npm("server/tests/server/opening_hours")?)?;
    steps.run(
        "independent calendar (pip install)",
        &mut judge("server/tests/server/calendar/chinesecalendar.py")?,
    )?;
    steps.run(
        "judge of the open-space feed (pip install)",
        &mut judge("server/tests/server/public/parkapi.py")?,
    )?;
    if options.only.is_none() && options.binary.is_none() {
        lint::steps(&mut steps)?;
    }
    steps.run("build the binaries", &mut build_binaries(BuildProfile::Debug)?)?;
    let start = || TaskCluster::start(&binary(BuildProfile::Debug, "test-postgres")?);
    let cluster = steps.time("start PostgreSQL", start)?;
    if options.only.is_some() || options.binary.is_some() {
        return steps.run("tests", tests(options)?.env(URL_VARIABLE, &cluster.url));
    }
    steps.run("build the tests", &mut cargo(&["test", "--no-run", "--workspace"])?)?;
    // End-to-end tests mostly wait for processes and pages: the others run at the same time.
    let mut end_to_end = cargo(&["test", "--no-fail-fast", "--workspace", "--test", END_TO_END])?;
    let mut others = all_but_end_to_end()?;
    steps.run_both(
        ("end-to-end tests", end_to_end.env(URL_VARIABLE, &cluster.url)),
        ("all other tests", others.env(URL_VARIABLE, &cluster.url)),
    )
}

/// `ci` installs exactly the lock file. The driver's own browsers are not installed: the tests use Debian's.
fn npm(folder: &str) -> Result<Command> {
    let mut command = Command::new("npm");
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(root()?.join(folder));
    command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    Ok(command)
}

/// Installs a Python program that judges results, with its packages, into a folder of the program's name. The server's tests
/// look for it there; cargo calls the parent folder `CARGO_TARGET_TMPDIR`.
fn judge(program: &str) -> Result<Command> {
    let program = root()?.join(program);
    let name = program.file_stem().context("a program has a name")?.to_owned();
    let mut command = Command::new("python3");
    command.arg(program).arg("install").arg(target()?.join("tmp").join(name));
    Ok(command)
}

/// There are no examples in doc comments, so no doc tests.
fn all_but_end_to_end() -> Result<Command> {
    let mut command = cargo(&["test", "--no-fail-fast", "--workspace", "--lib", "--bins"])?;
    for name in integration_tests()?.iter().filter(|name| *name != END_TO_END) {
        command.args(["--test", name]);
    }
    Ok(command)
}

/// Always the whole workspace: `-p` would compile half of it again, with fewer features of dependencies.
fn tests(options: &TestTaskOptions) -> Result<Command> {
    // One run shows all failures.
    let mut command = cargo(&["test", "--no-fail-fast", "--workspace"])?;
    match options.binary.as_deref() {
        Some("lib") => command.arg("--lib"),
        Some(binary) => command.args(["--test", binary]),
        None => &mut command,
    };
    if let Some(filter) = &options.only {
        command.args(["--", filter]);
    }
    Ok(command)
}
