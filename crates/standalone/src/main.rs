//! `standalone demo`. Exit codes: 0 stopped by a signal, 1 failed, 2 wrong arguments, 3 data folder not usable by this
//! version.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gateway::GatewayError;
use service::build::VERSION_AND_REVISION;
use service::{shutdown, telemetry};
use standalone::folder::DataFolderError;
use standalone::{broker, demo};
use store::StoreError;

const DATA_REFUSED: u8 = 3;

#[derive(Parser)]
#[command(version = VERSION_AND_REVISION, about = "Shared parking in one process")]
struct StandaloneArguments {
    #[command(subcommand)]
    command: StandaloneCommand,
}

#[derive(Subcommand)]
enum StandaloneCommand {
    Demo(demo::DemoOptions),
}

fn main() -> ExitCode {
    let StandaloneArguments { command: StandaloneCommand::Demo(options) } = StandaloneArguments::parse();
    match start(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if is_refusal(&error) { ExitCode::from(DATA_REFUSED) } else { ExitCode::FAILURE }
        }
    }
}

/// Whether the data folder belongs to a newer version or to another program, or its files do not belong together.
fn is_refusal(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let folder = cause.downcast_ref::<DataFolderError>();
        matches!(folder, Some(DataFolderError::WrongKey { .. } | DataFolderError::Damaged(_)))
            || matches!(cause.downcast_ref::<StoreError>(), Some(StoreError::Refused(_)))
            || cause.downcast_ref::<GatewayError>().is_some_and(is_refused_outbox)
    })
}

fn is_refused_outbox(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Outbox(outbox) if outbox.is_refusal())
}

fn start(options: &demo::DemoOptions) -> anyhow::Result<()> {
    // The process needs one crypto provider; an error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The terminal shows the events at the gates; RUST_LOG=info adds the processes' logs.
    telemetry::init(telemetry::LogFormat::Text, &format!("warn,{}", broker::LOG_DIRECTIVE))?;
    telemetry::metrics_recorder();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = shutdown::on_signals()?;
        demo::run(options, stop).await
    })
}
