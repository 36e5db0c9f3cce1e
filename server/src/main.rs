//! `server`: see `server --help`. Exit codes: 0 success, 1 failure, 2 wrong configuration, district file or
//! arguments, 3 a database that this version may not use.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::ServerArguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {:#}", failure.error);
            ExitCode::from(failure.code)
        }
    }
}
