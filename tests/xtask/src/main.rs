//! `cargo xtask ...`: the only list of commands of this repository, for people and for CI.
//!
//! It depends on none of our crates, so that it is built in seconds on a bare machine. Its own messages go to standard
//! error; standard output belongs to the programs that it runs.

mod cluster;
mod command;
mod packages;
mod steps;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use packages::InstallError;

/// Exit code if a person must install something first.
const EXIT_CANNOT_INSTALL: u8 = 2;

#[derive(Parser)]
#[command(about = "Commands of this repository", bin_name = "cargo xtask")]
struct XtaskArguments {
    #[command(subcommand)]
    command: XtaskCommand,
}

#[derive(Subcommand)]
enum XtaskCommand {
    /// Installs the tests' dependencies and runs format check, lints and all tests
    Test(command::test::TestTaskOptions),
    /// Runs format check and clippy, as `test` does
    Lint,
    /// Runs the bench `bench-NAME`, built as what is installed, with PostgreSQL and Mosquitto
    Bench(command::bench::BenchTaskOptions),
    /// Kills processes at random moments under load and counts what was lost
    Crash(command::crash::CrashTaskOptions),
    /// Prints figures of the sources: sizes, names, modules and circles between them
    Measure,
    /// Sends damaged messages to every parser, for an hour by default
    Fuzz(command::fuzz::FuzzTaskOptions),
    /// Sends every message of the corpus with each field damaged to a real gateway's exit and entry
    Mutate(command::mutate::MutateTaskOptions),
    /// Builds the static gateway and packs it with its unit and an example configuration
    Package(command::package::PackageTaskOptions),
}

fn main() -> ExitCode {
    match run(XtaskArguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            match error.is::<InstallError>() {
                true => ExitCode::from(EXIT_CANNOT_INSTALL),
                false => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: XtaskCommand) -> Result<()> {
    match command {
        XtaskCommand::Test(options) => command::test::run(&options),
        XtaskCommand::Lint => command::lint::run(),
        XtaskCommand::Bench(options) => command::bench::run(&options),
        XtaskCommand::Crash(options) => command::crash::run(&options),
        XtaskCommand::Measure => command::measure::run(),
        XtaskCommand::Fuzz(options) => command::fuzz::run(&options),
        XtaskCommand::Mutate(options) => command::mutate::run(&options),
        XtaskCommand::Package(options) => command::package::run(&options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::XtaskArguments;

    #[test]
    fn the_command_line_is_sound() {
        XtaskArguments::command().debug_assert();
    }
}
