//! `miniapp-api run` and `miniapp-api check-config`. Exit codes: 0 done, 1 failed, 2 wrong configuration or arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use clap::{Parser, Subcommand};
use miniapp_api::{MiniappConfig, run};
use service::build::VERSION_AND_REVISION;
use service::{shutdown, telemetry};

const WRONG_CONFIGURATION: u8 = 2;

#[derive(Parser)]
#[command(version = VERSION_AND_REVISION, about = "API of the WeChat mini-program")]
struct MiniappArguments {
    #[command(subcommand)]
    command: MiniappCommand,
}

#[derive(Subcommand)]
enum MiniappCommand {
    /// Serves until SIGINT or SIGTERM.
    Run(MiniappConfigFile),
    /// Checks the configuration and its secrets, and reports what is wrong.
    CheckConfig(MiniappConfigFile),
}

#[derive(clap::Args)]
struct MiniappConfigFile {
    /// Configuration file.
    #[arg(long, default_value = "miniapp-api.toml", env = "MINIAPP_API_CONFIG")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let MiniappArguments { command } = MiniappArguments::parse();
    let (MiniappCommand::Run(file) | MiniappCommand::CheckConfig(file)) = &command;
    let config = match checked(file) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(WRONG_CONFIGURATION);
        }
    };
    let outcome = match command {
        MiniappCommand::CheckConfig(file) => {
            println!("{} is good", file.config.display());
            Ok(())
        }
        MiniappCommand::Run(_) => start(config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn checked(file: &MiniappConfigFile) -> anyhow::Result<MiniappConfig> {
    let config = MiniappConfig::load(&file.config)?;
    let settings = config.settings()?;
    // Building the client reads the authority's certificates.
    let _ = rustls::crypto::ring::default_provider().install_default();
    miniapp_api::server::ServerClient::new(&settings.server)?;
    Ok(config)
}

fn start(config: MiniappConfig) -> anyhow::Result<()> {
    telemetry::init(config.log.format, "info")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let shutdown = shutdown::on_signals()?;
        let listener = service::bind(config.http.listen).await?;
        tracing::info!(address = %listener.local_addr()?, "miniapp-api is listening");
        run(config, listener, Router::new(), shutdown).await?;
        Ok(())
    })
}
