//! The commands of the binary.

mod admin;
mod calendar;
mod district;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use domain::ids::{GarageId, SchoolId};
use server::app::App;
use server::app::key_check::{self, KeyCheckError};
use server::config::{CheckedServerConfig, ServerConfigFile};
use service::build::VERSION_AND_REVISION;
use service::clock::SystemClock;
use service::{shutdown, telemetry};
use store::{Store, StoreError};

const FAILED: u8 = 1;
const WRONG_INPUT: u8 = 2;
const DATA_REFUSED: u8 = 3;

/// Log filter of commands that end: only warnings and errors, so that their output stays readable.
const QUIET: &str = "warn";

#[derive(Debug, Parser)]
#[command(version = VERSION_AND_REVISION, about = "Server of a district with shared car parks")]
pub(crate) struct ServerArguments {
    #[command(subcommand)]
    command: ServerSubcommand,
}

#[derive(Debug, Subcommand)]
enum ServerSubcommand {
    /// Serves until SIGINT or SIGTERM.
    Run(ConfigFileOption),
    /// Checks the configuration and its secrets, and reports what is wrong.
    CheckConfig(ConfigFileOption),
    /// Imports a district file (.toml or .json). Importing it again changes only what differs.
    Import {
        #[command(flatten)]
        file: ConfigFileOption,
        /// The district file.
        district: PathBuf,
    },
    /// Imports lists of holidays and make-up workdays (holiday-cn format). A list replaces the stored one of its year.
    ImportHolidays {
        #[command(flatten)]
        file: ConfigFileOption,
        /// The lists, one JSON file per year.
        #[arg(required = true)]
        lists: Vec<PathBuf>,
    },
    /// Imports all days on which the city differs from the national list. JSON: `[{date, off, acts_as?, name}]`.
    ImportCityDays {
        #[command(flatten)]
        file: ConfigFileOption,
        /// The JSON file.
        days: PathBuf,
    },
    /// Prints the kind of each day, one JSON object per line. Warnings go to standard error.
    Calendar {
        #[command(flatten)]
        file: ConfigFileOption,
        /// First day, such as 2027-01-01.
        #[arg(long)]
        from: NaiveDate,
        /// Last day, included.
        #[arg(long)]
        to: NaiveDate,
        /// Include the lessons of this school.
        #[arg(long)]
        school: Option<SchoolId>,
    },
    /// Creates a new token for a garage's gateway. The previous token ends.
    GatewayToken {
        #[command(flatten)]
        file: ConfigFileOption,
        /// Id of the garage.
        #[arg(long)]
        garage: GarageId,
        /// Writes the token into this file (mode 0600) instead of printing it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Creates a one-off code for `gateway enroll`. A previous unused code of the garage ends.
    GatewayCode {
        #[command(flatten)]
        file: ConfigFileOption,
        /// Id of the garage.
        #[arg(long)]
        garage: GarageId,
        /// Writes the code into this file (mode 0600) instead of printing it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Requests an enrolled gateway to renew its credential. It does so within some seconds.
    GatewayRenew {
        #[command(flatten)]
        file: ConfigFileOption,
        /// Id of the garage.
        #[arg(long)]
        garage: GarageId,
    },
    /// Creates a new token for a process that calls /internal/v1. The previous token ends.
    ServiceToken {
        #[command(flatten)]
        file: ConfigFileOption,
        /// Name of the process, such as miniapp-api.
        #[arg(long)]
        name: String,
        /// Writes the token into this file (mode 0600) instead of printing it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Creates a one-off code that links a person to a WeChat account.
    BindCode {
        #[command(flatten)]
        file: ConfigFileOption,
        /// Key of the person in the district file.
        #[arg(long)]
        person_key: String,
    },
    /// Manages the operators of garages.
    #[command(subcommand)]
    Operator(OperatorSubcommand),
    /// Creates a data key: 32 random bytes in base64.
    NewKey {
        /// File for the key.
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum OperatorSubcommand {
    /// Sets the password of an imported operator and ends the operator's sessions.
    SetPassword {
        #[command(flatten)]
        file: ConfigFileOption,
        /// User name of the operator.
        #[arg(long)]
        username: String,
        /// File whose first line is the password. Default: the first line of standard input.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct ConfigFileOption {
    /// Configuration file.
    #[arg(long, default_value = "server.toml", env = "SERVER_CONFIG")]
    config: PathBuf,
}

/// The error that `main` prints and the exit code that it returns.
#[derive(Debug)]
pub(crate) struct CommandFailure {
    pub error: anyhow::Error,
    pub code: u8,
}

impl CommandFailure {
    fn input(error: impl Into<anyhow::Error>) -> Self {
        Self { error: error.into(), code: WRONG_INPUT }
    }

    fn opening(error: StoreError) -> Self {
        let code = if matches!(error, StoreError::Refused(_)) { DATA_REFUSED } else { FAILED };
        Self { error: error.into(), code }
    }

    fn key(error: KeyCheckError) -> Self {
        let code = if matches!(error, KeyCheckError::WrongKey) { DATA_REFUSED } else { FAILED };
        Self { error: error.into(), code }
    }
}

impl<E: Into<anyhow::Error>> From<E> for CommandFailure {
    fn from(error: E) -> Self {
        Self { error: error.into(), code: FAILED }
    }
}

type CommandResult = Result<(), CommandFailure>;

pub(crate) fn run(arguments: ServerArguments) -> CommandResult {
    match arguments.command {
        ServerSubcommand::Run(file) => serve(checked(&file)?),
        ServerSubcommand::CheckConfig(file) => {
            checked(&file)?;
            println!("{} is good", file.config.display());
            Ok(())
        }
        ServerSubcommand::NewKey { out } => admin::new_key(&out),
        ServerSubcommand::Import { file, district } => {
            let district = district::read(&district).map_err(CommandFailure::input)?;
            with_app(&file, async |app| district::import(app, &district).await)
        }
        ServerSubcommand::ImportHolidays { file, lists } => {
            with_app(&file, async |app| calendar::import_holidays(app, &lists).await)
        }
        ServerSubcommand::ImportCityDays { file, days } => {
            with_app(&file, async |app| calendar::import_city_days(app, &days).await)
        }
        ServerSubcommand::Calendar { file, from, to, school } => {
            with_app(&file, async |app| calendar::show(app, from, to, school.as_ref()).await)
        }
        ServerSubcommand::GatewayToken { file, garage, out } => {
            with_app(&file, async |app| admin::gateway_token(app, &garage, out.as_deref()).await)
        }
        ServerSubcommand::GatewayCode { file, garage, out } => {
            with_app(&file, async |app| admin::gateway_code(app, &garage, out.as_deref()).await)
        }
        ServerSubcommand::GatewayRenew { file, garage } => {
            with_app(&file, async |app| admin::gateway_renew(app, &garage).await)
        }
        ServerSubcommand::ServiceToken { file, name, out } => {
            with_app(&file, async |app| admin::service_token(app, &name, out.as_deref()).await)
        }
        ServerSubcommand::BindCode { file, person_key } => {
            with_app(&file, async |app| admin::bind_code(app, &person_key).await)
        }
        ServerSubcommand::Operator(OperatorSubcommand::SetPassword { file, username, password_file }) => {
            let password = admin::read_password(password_file.as_deref())?;
            with_app(&file, async |app| admin::set_password(app, &username, password).await)
        }
    }
}

fn checked(file: &ConfigFileOption) -> Result<CheckedServerConfig, CommandFailure> {
    ServerConfigFile::load(&file.config).and_then(ServerConfigFile::check).map_err(CommandFailure::input)
}

/// Opens and migrates the database. Refuses a database of a newer version or of another program, and a data key that
/// is not its own.
async fn open(config: CheckedServerConfig) -> Result<App, CommandFailure> {
    let store = Store::open(config.database_url.expose(), config.connections).await;
    let store = store.map_err(CommandFailure::opening)?;
    let mut app = App::new(store, config.keys, Arc::new(SystemClock));
    let parts = app.parts_mut();
    parts.session_ttl = config.session_ttl;
    parts.retention = config.retention;
    parts.feed = config.feed;
    parts.operators.cookies = config.cookies;
    key_check::run(&app).await.map_err(CommandFailure::key)?;
    Ok(app)
}

fn with_app(file: &ConfigFileOption, command: impl AsyncFnOnce(&App) -> CommandResult) -> CommandResult {
    let config = checked(file)?;
    telemetry::init(config.log.format, QUIET)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = open(config).await?;
        let done = command(&app).await;
        app.store.close().await;
        done
    })
}

fn serve(config: CheckedServerConfig) -> CommandResult {
    telemetry::init(config.log.format, &config.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let shutdown = shutdown::on_signals()?;
        let listener = service::bind(config.listen).await?;
        let app = open(config).await?;
        tracing::info!(address = %listener.local_addr()?, "server is listening");
        let served = server::serve(app.clone(), listener, Router::new(), shutdown).await;
        app.store.close().await;
        Ok(served?)
    })
}
