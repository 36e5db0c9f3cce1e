//! `standalone demo`. Exit codes: 0 stopped by a signal, 1 failed, 2 wrong arguments, 3 a data folder that this version may
//! not use.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gateway::GatewayError;
use server::store::StoreError;
use service::{shutdown, telemetry};
use standalone::folder::FolderError;
use standalone::{broker, demo};

const DATA_REFUSED: u8 = 3;

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
            if is_refusal(&error) { ExitCode::from(DATA_REFUSED) } else { ExitCode::FAILURE }
        }
    }
}

/// Whether the data folder is of a newer version, of another program, or in parts that do not belong together.
fn is_refusal(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let folder = cause.downcast_ref::<FolderError>();
        matches!(folder, Some(FolderError::WrongKey { .. } | FolderError::Damaged(_)))
            || matches!(cause.downcast_ref::<StoreError>(), Some(StoreError::Refused(_)))
            || cause.downcast_ref::<GatewayError>().is_some_and(is_refused_outbox)
    })
}

fn is_refused_outbox(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Outbox(outbox) if outbox.is_refusal())
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
