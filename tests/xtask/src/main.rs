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

use packages::CannotInstall;

/// Exit code if a person must install something first.
const EXIT_CANNOT_INSTALL: u8 = 2;

#[derive(Parser)]
#[command(about = "Commands of this repository", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs the tests' dependencies and runs format check, lints and all tests
    Test(command::test::Options),
    /// Runs format check and clippy, as `test` does
    Lint,
    /// Runs the bench `bench-NAME` in release mode, with PostgreSQL and Mosquitto
    Bench(command::bench::Options),
    /// Kills processes at random moments under load and counts what was lost
    Crash(command::crash::Options),
    /// Sends damaged messages to every parser, for an hour by default
    Fuzz(command::fuzz::Options),
    /// Sends every message of the corpus with each field damaged to a real gateway's exit and entry
    Mutate(command::mutate::Options),
    /// Builds the static gateway and packs it with its unit and an example configuration
    Package(command::package::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            match error.is::<CannotInstall>() {
                true => ExitCode::from(EXIT_CANNOT_INSTALL),
                false => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Test(options) => command::test::run(&options),
        Command::Lint => command::lint::run(),
        Command::Bench(options) => command::bench::run(&options),
        Command::Crash(options) => command::crash::run(&options),
        Command::Fuzz(options) => command::fuzz::run(&options),
        Command::Mutate(options) => command::mutate::run(&options),
        Command::Package(options) => command::package::run(&options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
