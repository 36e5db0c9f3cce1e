//! `gateway`: runs one garage's edge process, checks its configuration, writes its broker's files.
//!
//! Exit codes: 0 success, 1 failure while running, 2 invalid configuration, 3 the data folder belongs to a newer
//! version or to another program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use domain::time::Clock;
use gateway::GatewayError;
use gateway::config::file::GatewayConfigFile;
use gateway::mosquitto::{MosquittoUser, acl_file, configuration, password_file};
use gateway::self_test::{self, SelfTestReport};
use service::build::{REVISION, VERSION, VERSION_AND_REVISION};
use service::clock::SystemClock;
use service::config::{ConfigError, SecretText};
use service::{shutdown, telemetry};

const RUNTIME_FAILED: u8 = 1;
const CONFIG_WRONG: u8 = 2;
const DATA_REFUSED: u8 = 3;

#[derive(Parser)]
#[command(version = VERSION_AND_REVISION, about = "Edge gateway of one garage")]
struct GatewayArguments {
    #[command(subcommand)]
    command: GatewayCommand,
}

#[derive(Subcommand)]
enum GatewayCommand {
    /// Runs until SIGINT or SIGTERM
    Run {
        /// Configuration file (TOML)
        #[arg(long)]
        config: PathBuf,
    },
    /// Checks the configuration and its secrets, and reports what is wrong
    CheckConfig {
        /// Configuration file (TOML)
        #[arg(long)]
        config: PathBuf,
    },
    /// Enrols this box at the server with a one-off code. The code is read from `--code-file`, from the
    /// variable `GATEWAY_ENROLMENT_CODE` or from the first line of standard input
    Enroll {
        /// Configuration file (TOML)
        #[arg(long)]
        config: PathBuf,
        /// File whose first line is the code
        #[arg(long)]
        code_file: Option<PathBuf>,
    },
    /// Checks disk, clock, broker, server and devices, with or without a running gateway. Exit code 1 if a check fails
    SelfTest {
        /// Configuration file (TOML)
        #[arg(long)]
        config: PathBuf,
        /// Print one JSON object instead of one line per check
        #[arg(long)]
        json: bool,
        /// Seconds to wait for messages of the devices when no gateway is running
        #[arg(long, default_value_t = self_test::DEVICES_WAIT.as_secs())]
        wait_seconds: u64,
    },
    /// Writes aclfile, passwordfile and an example mosquitto.conf for this garage's broker
    MosquittoFiles {
        /// Configuration file (TOML)
        #[arg(long)]
        config: PathBuf,
        /// Folder for the files; created if missing
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match GatewayArguments::parse().command {
        GatewayCommand::Run { config } => run(&config),
        GatewayCommand::CheckConfig { config } => check(&config),
        GatewayCommand::Enroll { config, code_file } => enroll(&config, code_file.as_deref()),
        GatewayCommand::SelfTest { config, json, wait_seconds } => {
            return self_test(&config, json, Duration::from_secs(wait_seconds));
        }
        GatewayCommand::MosquittoFiles { config, out } => mosquitto_files(&config, &out),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not `eprintln!`: it would panic and hide the exit code if the disk of the log is full, too.
            let _ = writeln!(std::io::stderr(), "gateway: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<ConfigError>() {
        return CONFIG_WRONG;
    }
    match error.downcast_ref::<GatewayError>() {
        Some(GatewayError::Config(_) | GatewayError::Client(_) | GatewayError::Identity(_)) => CONFIG_WRONG,
        Some(GatewayError::Outbox(outbox)) if outbox.is_refusal() => DATA_REFUSED,
        _ => RUNTIME_FAILED,
    }
}

fn run(path: &Path) -> anyhow::Result<()> {
    let file = GatewayConfigFile::load(path)?;
    telemetry::init(file.log_format, "info,sqlx=warn")?;
    let config = file.config()?;
    telemetry::metrics_recorder();
    // Global to the process; installed once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(async {
        let stop = shutdown::on_signals().context("signals cannot be handled")?;
        tracing::info!(
            garage.id = %config.garage,
            lanes = config.lanes.len(),
            version = VERSION,
            revision = REVISION,
            fire.inputs = config.fire_inputs_summary(),
            "gateway starting"
        );
        gateway::run(config, Arc::new(SystemClock), stop).await?;
        tracing::info!("gateway stopped");
        Ok(())
    })
}

fn check(path: &Path) -> anyhow::Result<()> {
    let file = GatewayConfigFile::load(path)?;
    file.check_device_passwords()?;
    let config = file.config()?;
    for line in self_test::unattended_exits(&config) {
        println!("{line}");
    }
    println!("fire: {}", config.fire_inputs_summary());
    println!("{}: fine", path.display());
    Ok(())
}

fn enroll(path: &Path, code_file: Option<&Path>) -> anyhow::Result<()> {
    let file = GatewayConfigFile::load(path)?;
    let config = file.config()?;
    let code = code(code_file)?;
    // Global to the process; installed once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(gateway::enrol(&config, &code))?;
    println!("garage {}: this box is known to {} from now on", config.garage, config.server.url);
    Ok(())
}

fn self_test(path: &Path, json: bool, wait: Duration) -> ExitCode {
    let report = match tested(path, wait) {
        Ok(report) => report,
        Err(error) => SelfTestReport::of_configuration(error.as_ref()),
    };
    if json {
        println!("{}", serde_json::json!(report));
    } else {
        print!("{report}");
    }
    if report.has_failed() { ExitCode::from(RUNTIME_FAILED) } else { ExitCode::SUCCESS }
}

fn tested(path: &Path, wait: Duration) -> anyhow::Result<SelfTestReport> {
    let config = GatewayConfigFile::load(path)?.config()?;
    // Global to the process; installed once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    Ok(runtime.block_on(self_test::run(&config, wait, || SystemClock.now())))
}

/// Not an argument, because every user of the machine can read those.
fn code(file: Option<&Path>) -> anyhow::Result<SecretText> {
    let text = match (file, std::env::var("GATEWAY_ENROLMENT_CODE")) {
        (Some(path), _) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        (None, Ok(text)) => text,
        (None, Err(_)) => {
            eprintln!("enrolment code:");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).context("cannot read standard input")?;
            line
        }
    };
    match text.trim() {
        "" => anyhow::bail!("there is no enrolment code"),
        code => Ok(SecretText::new(code)),
    }
}

fn mosquitto_files(path: &Path, out: &Path) -> anyhow::Result<()> {
    let file = GatewayConfigFile::load(path)?;
    let devices = file.device_passwords()?;
    let cameras = devices.iter().filter_map(|(_, topics, _)| topics.as_ref());
    let mut users = vec![MosquittoUser::gateway(&file.garage, cameras, file.gateway_password()?)];
    users.extend(file.sign_password()?.map(|password| MosquittoUser::sign(&file.garage, password)));
    users.extend(devices.into_iter().map(|(device, topics, password)| match topics {
        Some(topics) => MosquittoUser::foreign(&file.garage, &device, &topics, password),
        None => MosquittoUser::device(&file.garage, &device, password),
    }));
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let folder = std::path::absolute(out).with_context(|| format!("no such folder: {}", out.display()))?;
    write(&out.join("aclfile"), &acl_file(&users))?;
    write(&out.join("passwordfile"), &password_file(&users)?)?;
    write(&out.join("mosquitto.conf"), &configuration(file.mqtt_port(), &folder))
}

/// Readable only by the owner: Mosquitto warns about password files that others may read.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
