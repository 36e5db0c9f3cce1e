//! `cargo xtask bench arrival`: how long an arrival takes, hop by hop, beside the bare broker. The last line printed is one
//! JSON object; exit code 1 means that something was lost or came twice.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bench::arrival::bare::BareBrokerUser;
use bench::arrival::{ArrivalBenchOptions, run};
use clap::{Parser, Subcommand};
use e2e::system::SystemForm;
use serde_json::json;
use standalone::broker::{BrokerUserSpec, EmbeddedBroker};

#[derive(Parser)]
#[command(about = "Latency of an arrival, hop by hop, compared with the bare broker")]
struct ArrivalBenchArguments {
    #[command(subcommand)]
    command: Option<ArrivalBenchCommand>,
    /// Forms of the system to measure
    #[arg(long, value_delimiter = ',', default_value = "standalone,separate", value_parser = ["standalone", "separate"])]
    forms: Vec<String>,
    /// Garages of the district; one configuration per number
    #[arg(long, value_delimiter = ',', default_value = "1,10,100")]
    garages: Vec<usize>,
    /// Open WebSockets of teachers in total
    #[arg(long, default_value_t = 1_000)]
    connections: usize,
    /// Entries per second over all garages
    #[arg(long, default_value_t = 50)]
    per_second: u32,
    /// Seconds of one round, including the warm-up
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Warm-up seconds of each round; not measured, but losses count
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
    /// Run one round of each instead of yardstick, system, system, yardstick
    #[arg(long)]
    one_pair: bool,
    /// Some seconds with few phones: does it work at all?
    #[arg(long)]
    quick: bool,
}

#[derive(Subcommand)]
enum ArrivalBenchCommand {
    /// The embedded broker alone, for the yardstick
    #[command(hide = true)]
    Broker {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        users: PathBuf,
    },
}

impl ArrivalBenchArguments {
    fn options(&self) -> ArrivalBenchOptions {
        let form =
            |name: &String| if name == "separate" { SystemForm::Separate } else { SystemForm::Standalone };
        let options = ArrivalBenchOptions {
            forms: self.forms.iter().map(form).collect(),
            garages: self.garages.iter().copied().filter(|garages| *garages > 0).collect(),
            connections: self.connections,
            per_second: self.per_second,
            round: Duration::from_secs(self.seconds),
            warm_up: Duration::from_secs(self.warm_up),
            one_pair: self.one_pair,
        };
        match self.quick {
            false => options,
            true => ArrivalBenchOptions {
                garages: vec![2],
                connections: 40,
                round: Duration::from_secs(4),
                warm_up: Duration::from_secs(1),
                one_pair: true,
                ..options
            },
        }
    }
}

fn main() -> ExitCode {
    let arguments = ArrivalBenchArguments::parse();
    if let Some(ArrivalBenchCommand::Broker { listen, users }) = &arguments.command {
        return e2e::run(broker(*listen, users));
    }
    let configurations = e2e::run(run(&arguments.options()));
    println!("{}", json!({ "bench": "arrival", "unit": "us", "configurations": configurations }));
    match configurations.iter().all(bench::arrival::report::ArrivalScenario::is_whole) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Until it is killed.
async fn broker(listen: SocketAddr, users: &Path) -> ExitCode {
    let users: Option<Vec<BareBrokerUser>> =
        std::fs::read(users).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let users = users.into_iter().flatten();
    let users = users.map(|u| BrokerUserSpec::new(u.username, u.password, u.publish, u.subscribe)).collect();
    match EmbeddedBroker::start(listen, users).await {
        Ok(_broker) => std::future::pending().await,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
