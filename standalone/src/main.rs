//! `standalone demo`. Exit codes: 0 stopped by a signal, 1 failed, 2 wrong arguments.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use process::{shutdown, telemetry};
use standalone::{broker, demo};

#[derive(Parser)]
#[command(version, about = "Shared parking in one process")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Options),
}

fn main() -> ExitCode {
    let Arguments { command: Command::Demo(options) } = Arguments::parse();
    match start(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: &demo::Options) -> anyhow::Result<()> {
    // One provider for the process; an error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The terminal belongs to what happens at the gates; RUST_LOG=info shows the processes' own logs.
    telemetry::init(telemetry::LogFormat::Text, &format!("warn,{}", broker::LOG_DIRECTIVE))?;
    telemetry::metrics_recorder();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = shutdown::on_signals()?;
        demo::run(options, stop).await
    })
}
