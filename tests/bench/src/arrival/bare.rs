//! The yardstick: the same events at the same rate through a broker of the same kind and settings that has nothing behind it
//! but an echo. What is left is the price of two hops through the broker and of the clients.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use domain::occupancy::LaneDirection;
use protocol::mqtt::MqttPermissions;
use serde::{Deserialize, Serialize};
use simulator::controller::{ControllerConfig, ControllerHandle, SimulatedController};
use simulator::district::GarageSite;
use simulator::invent::PlateGenerator;
use simulator::load::EntryLoad;
use tempfile::TempDir;
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig, password_file};
use testkit::process::{TestProcess, TestProgram};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::ArrivalBenchOptions;
use super::hops::{ClockPair, LatencySamples};
use super::mqtt::EchoClient;
use super::round::{ArrivalRoundOutcome, PATIENCE, warm};
use e2e::system::SystemForm;

/// One MQTT user of the bare broker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BareBrokerUser {
    pub username: String,
    pub password: String,
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl BareBrokerUser {
    fn invent(permissions: MqttPermissions) -> Self {
        let MqttPermissions { username, publish, subscribe } = permissions;
        Self { username, password: Uuid::new_v4().simple().to_string(), publish, subscribe }
    }
}

/// Killed when dropped.
enum BareBroker {
    /// The embedded one, in a process of its own.
    Embedded {
        _child: TestProcess,
        _folder: TempDir,
    },
    Mosquitto {
        _broker: MosquittoBroker,
    },
}

pub struct BareBaseline {
    lanes: Vec<ControllerHandle>,
    _echoes: Vec<EchoClient>,
    _end: DropGuard,
    _broker: BareBroker,
}

impl BareBaseline {
    /// One controller and one echo for each garage.
    pub async fn start(form: SystemForm, sites: &[GarageSite]) -> Self {
        let address = (Ipv4Addr::LOCALHOST, testkit::port::free()).into();
        let mut users = Vec::new();
        for site in sites {
            let lane = site.lanes(LaneDirection::In).next().expect("an entry");
            users.push(BareBrokerUser::invent(MqttPermissions::device(&site.garage, &lane.device)));
            users.push(BareBrokerUser::invent(MqttPermissions::gateway(&site.garage)));
        }
        let broker = match form {
            SystemForm::Standalone => embedded(address, &users).await,
            SystemForm::Separate => mosquitto(address, &users),
        };
        let stop = CancellationToken::new();
        let (mut lanes, mut echoes) = (Vec::new(), Vec::new());
        for (site, users) in sites.iter().zip(users.chunks_exact(2)) {
            let [device, gateway] = users else { continue };
            echoes.push(EchoClient::start(address, &site.garage, &gateway.password).await);
            lanes.push(controller(address, site, &device.password, &stop).await);
        }
        Self { lanes, _echoes: echoes, _end: stop.drop_guard(), _broker: broker }
    }

    pub async fn round(&self, options: &ArrivalBenchOptions) -> ArrivalRoundOutcome {
        let clocks = ClockPair::read();
        let load = EntryLoad {
            plates: PlateGenerator::new(7).take(options.entries()),
            per_second: f64::from(options.per_second),
            patience: PATIENCE,
        };
        let report = load.run(&self.lanes, &CancellationToken::new()).await;
        let (mut publish, mut round_trip) = (LatencySamples::default(), LatencySamples::default());
        for entry in warm(&report, options.warm_up) {
            let intended = clocks.wall(entry.intended);
            entry.published.into_iter().for_each(|at| publish.between(intended, clocks.wall(at)));
            entry.commanded.into_iter().for_each(|at| round_trip.between(intended, clocks.wall(at)));
        }
        ArrivalRoundOutcome::Bare {
            entries: report.entries.len(),
            lost: report.lost() + report.refused,
            publish,
            round_trip,
        }
    }
}

async fn controller(
    address: SocketAddr,
    site: &GarageSite,
    password: &str,
    stop: &CancellationToken,
) -> ControllerHandle {
    let lane = site.lanes(LaneDirection::In).next().expect("an entry");
    let host = address.ip().to_string();
    let config =
        ControllerConfig::new(&host, address.port(), site.garage.clone(), lane.device.clone(), password);
    let controller = SimulatedController::start(config, stop.clone());
    controller.connected(PATIENCE).await.expect("the bare broker accepts the controller");
    controller
}

/// This program once more, as a broker only.
async fn embedded(address: SocketAddr, users: &[BareBrokerUser]) -> BareBroker {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("users.json");
    fs::write(&path, serde_json::to_vec(users).expect("users are JSON")).expect("a file is written");
    let program = TestProgram::named("bench-arrival").args(["broker", "--users"]).args([path]);
    let child = program.args(["--listen".to_owned(), address.to_string()]).start();
    testkit::wait::until(PATIENCE, "the bare broker takes connections", async || {
        tokio::net::TcpStream::connect(address).await.ok()
    })
    .await;
    BareBroker::Embedded { _child: child, _folder: folder }
}

fn mosquitto(address: SocketAddr, users: &[BareBrokerUser]) -> BareBroker {
    let mut acl = String::new();
    for user in users {
        acl.push_str(&format!("user {}\n", user.username));
        user.publish.iter().for_each(|topic| acl.push_str(&format!("topic write {topic}\n")));
        user.subscribe.iter().for_each(|topic| acl.push_str(&format!("topic read {topic}\n")));
    }
    let passwords = password_file(users.iter().map(|user| (user.username.as_str(), user.password.as_str())));
    let conf = MosquittoConfig {
        acl: Some(acl),
        passwords: Some(passwords),
        port: Some(address.port()),
        ..MosquittoConfig::default()
    };
    BareBroker::Mosquitto { _broker: MosquittoBroker::start(conf) }
}
