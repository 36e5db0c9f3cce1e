//! `miniapp-api run` and `miniapp-api check-config`. Exit codes: 0 done, 1 failed, 2 wrong configuration or arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use clap::{Parser, Subcommand};
use miniapp_api::{Config, run};
use service::build::VERSION_AND_REVISION;
use service::{shutdown, telemetry};

const WRONG_CONFIGURATION: u8 = 2;

#[derive(Parser)]
#[command(version = VERSION_AND_REVISION, about = "API of the WeChat mini-program")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until SIGINT or SIGTERM.
    Run(File),
    /// Checks the configuration and its secrets, and reports what is wrong.
    CheckConfig(File),
}

#[derive(clap::Args)]
struct File {
    /// Configuration file.
    #[arg(long, default_value = "miniapp-api.toml", env = "MINIAPP_API_CONFIG")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let (Command::Run(file) | Command::CheckConfig(file)) = &command;
    let config = match checked(file) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(WRONG_CONFIGURATION);
        }
    };
    let outcome = match command {
        Command::CheckConfig(file) => {
            println!("{} is good", file.config.display());
            Ok(())
        }
        Command::Run(_) => start(config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn checked(file: &File) -> anyhow::Result<Config> {
    let config = Config::load(&file.config)?;
    let settings = config.settings()?;
    // Building the client reads the authority's certificates.
    let _ = rustls::crypto::ring::default_provider().install_default();
    miniapp_api::server::ServerClient::new(&settings.server)?;
    Ok(config)
}

fn start(config: Config) -> anyhow::Result<()> {
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
