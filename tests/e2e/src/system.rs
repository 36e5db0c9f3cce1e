//! The whole system as real processes, started and operated as an operator would.
//!
//! Sessions are issued through the server's own crate on the same database, because tests need not log thousands of people in
//! through WeChat; everything else goes through the system's interfaces.

mod passwords;
mod separate;
mod standalone;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeviceId, GarageId, PersonId};
use protocol::mqtt::MqttPermissions;
use server::app::App;
use service::clock::SystemClock;
use simulator::controller::{ControllerConfig, ControllerHandle, SimulatedController};
use simulator::district::{InventedDistrict, SiteLane};
use store::Store;
use store::seal::SealingKeyring;
use testkit::proxy::TcpProxy;
use testkit::released::ReleasedData;
use testkit::wechat::FakeWechat;
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::console::ConsoleClient;
use crate::district::DistrictKind;
use crate::phone::{PATIENCE, PhoneClient};
use crate::sign::SignClient;
use passwords::DevicePasswords;
use separate::SeparateSystem;
pub use separate::ServerCommand;
use standalone::StandaloneSystem;

/// Time for debug binaries on two busy cores to migrate a database and import a district.
const START: Duration = PATIENCE;
/// SIGTERM ends a process, with all work in progress.
const STOP: Duration = PATIENCE;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemForm {
    /// One process with SQLite and an embedded broker.
    Standalone,
    /// A gateway per garage, server and mini-program API; Mosquitto, PostgreSQL.
    Separate,
}

/// Which PostgreSQL the separate form uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostgresChoice {
    /// A database in the cluster of the test run.
    OfTheRun,
    /// A cluster of its own, which can be killed.
    Own,
}

/// The connection between each gateway of the separate form and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemLink {
    Direct,
    /// Through [`TestSystem::link`].
    Breakable,
}

/// Configuration of the system.
#[derive(Debug, Clone, Copy)]
pub struct SystemSetup {
    pub form: SystemForm,
    pub place: DistrictKind,
    /// Seconds that one dismissal of the demo's own traffic takes; `None` for no traffic. Standalone only.
    pub dismissal: Option<u64>,
    pub postgres: PostgresChoice,
    pub link: SystemLink,
    /// The interval at which each gateway of the separate form polls its access plan: short, so that tests need not wait for it.
    pub plan_poll_seconds: u32,
    /// Data of a released version to start with; `None` starts empty.
    pub released: Option<ReleasedData>,
    /// A killed gateway of the separate form also loses what it has not synced, as in a power cut.
    pub lossy_disks: bool,
}

impl SystemSetup {
    pub const fn new(form: SystemForm, place: DistrictKind) -> Self {
        Self {
            form,
            place,
            dismissal: None,
            postgres: PostgresChoice::OfTheRun,
            link: SystemLink::Direct,
            plan_poll_seconds: 1,
            released: None,
            lossy_disks: false,
        }
    }
}

/// Paths of one gateway of the separate form.
#[derive(Debug, Clone)]
pub struct GatewayFiles {
    pub config: PathBuf,
    pub data: PathBuf,
}

/// A part that can be killed and started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemPart {
    /// The only part of the standalone form.
    Standalone,
    /// By the garage's index in the district.
    Gateway(usize),
    Server,
    Miniapp,
    Broker,
    /// Available only with [`PostgresChoice::Own`].
    Database,
}

enum RunningForm {
    Standalone(Box<StandaloneSystem>),
    Separate(Box<SeparateSystem>),
}

/// Addresses of the system's listeners.
#[derive(Debug, Clone)]
struct SystemAddresses {
    people: SocketAddr,
    server: SocketAddr,
    mqtt: SocketAddr,
    /// Posts of cameras to the school's gateway, in a district that has one.
    cameras: Option<SocketAddr>,
}

/// A running system; killed when dropped.
pub struct TestSystem {
    setup: SystemSetup,
    invented: InventedDistrict,
    doors: SystemAddresses,
    passwords: DevicePasswords,
    app: App,
    http: reqwest::Client,
    people: Mutex<HashMap<String, PersonId>>,
    /// A broker ends the older of two connections of one controller, so each controller has one connection.
    connected: Mutex<HashMap<String, ControllerHandle>>,
    operators: Mutex<HashMap<String, ConsoleClient>>,
    running: RunningForm,
    controllers: CancellationToken,
    _end: DropGuard,
}

impl TestSystem {
    /// Returns once every process is ready and every gateway has its access plan and count.
    pub async fn start(setup: SystemSetup) -> Self {
        // Everything that speaks HTTP here needs an installed TLS provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let invented = setup.place.invent();
        let (running, doors) = match setup.form {
            SystemForm::Standalone => {
                let (running, doors) = StandaloneSystem::start(setup).await;
                (RunningForm::Standalone(Box::new(running)), doors)
            }
            SystemForm::Separate => {
                let (running, doors) = SeparateSystem::start(setup, &invented).await;
                (RunningForm::Separate(Box::new(running)), doors)
            }
        };
        let (database, passwords, data_key) = match &running {
            RunningForm::Standalone(one) => (one.database(), one.passwords(), one.data_key()),
            RunningForm::Separate(many) => (many.database(), many.passwords(), many.data_key()),
        };
        let controllers = CancellationToken::new();
        let system = Self {
            setup,
            invented,
            doors,
            passwords,
            app: open(&database, &data_key).await,
            http: reqwest::Client::builder().timeout(PATIENCE).build().expect("an HTTP client"),
            people: Mutex::default(),
            connected: Mutex::default(),
            operators: Mutex::default(),
            running,
            _end: controllers.clone().drop_guard(),
            controllers,
        };
        system.gateways_ready().await;
        system
    }

    pub const fn form(&self) -> SystemForm {
        self.setup.form
    }

    pub const fn invented(&self) -> &InventedDistrict {
        &self.invented
    }

    /// Origin of the mini-program API.
    pub fn people(&self) -> String {
        format!("http://{}", self.doors.people)
    }

    /// Origin of the server: operator console, open spaces, gateways.
    pub fn server(&self) -> String {
        format!("http://{}", self.doors.server)
    }

    pub const fn mqtt(&self) -> SocketAddr {
        self.doors.mqtt
    }

    /// Address to which the school's camera posts.
    pub fn cameras(&self) -> SocketAddr {
        self.doors.cameras.expect("a district with a camera")
    }

    /// The link between the gateways and the server; `None` where none can be broken.
    pub const fn link(&self) -> Option<&TcpProxy> {
        match &self.running {
            RunningForm::Separate(many) => many.link(),
            RunningForm::Standalone(_) => None,
        }
    }

    /// The MQTT password of a controller (`garage.device`), a gateway or a sign.
    pub fn password(&self, mqtt_username: &str) -> String {
        self.passwords.of(mqtt_username)
    }

    /// The server's library on the system's own database.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The fake WeChat behind the separate form.
    pub fn wechat(&self) -> &FakeWechat {
        match &self.running {
            RunningForm::Separate(many) => many.wechat(),
            RunningForm::Standalone(_) => panic!("there is no WeChat in the standalone form"),
        }
    }

    /// The server's command line with its configuration, as its operator uses it.
    pub fn server_command(&self) -> &ServerCommand {
        match &self.running {
            RunningForm::Separate(many) => many.server_command(),
            RunningForm::Standalone(_) => panic!("the standalone form has no server binary"),
        }
    }

    /// The demo's `--data`.
    pub fn data(&self) -> &Path {
        match &self.running {
            RunningForm::Standalone(one) => one.folder(),
            RunningForm::Separate(_) => panic!("only the standalone form has everything in one folder"),
        }
    }

    /// URL of the main database.
    pub fn database(&self) -> String {
        match &self.running {
            RunningForm::Standalone(one) => one.database(),
            RunningForm::Separate(many) => many.database(),
        }
    }

    /// The key that seals personal data in the main database.
    pub const fn data_key(&self) -> [u8; SealingKeyring::KEY_LEN] {
        match &self.running {
            RunningForm::Standalone(one) => one.data_key(),
            RunningForm::Separate(many) => many.data_key(),
        }
    }

    /// Configuration file and data folder of a garage's gateway.
    pub fn gateway_files(&self, garage: &GarageId) -> GatewayFiles {
        match &self.running {
            RunningForm::Separate(many) => many.gateway_files(garage),
            RunningForm::Standalone(_) => panic!("the standalone form's gateways have no files of their own"),
        }
    }

    /// The token with which the mini-program API calls the server.
    pub fn service_token(&self) -> String {
        match &self.running {
            RunningForm::Standalone(one) => one.service_token(),
            RunningForm::Separate(many) => many.service_token(),
        }
    }

    /// The output of all processes so far.
    pub fn logs(&self) -> String {
        match &self.running {
            RunningForm::Standalone(one) => one.log(),
            RunningForm::Separate(many) => many.logs(),
        }
    }

    /// The default configuration of a controller of this garage; change it before [`Self::connect`].
    pub fn controller_config(&self, garage: &GarageId, device: &DeviceId) -> ControllerConfig {
        let password = self.password(&MqttPermissions::device(garage, device).username);
        let (host, port) = (self.doors.mqtt.ip().to_string(), self.doors.mqtt.port());
        ControllerConfig::new(&host, port, garage.clone(), device.clone(), &password)
    }

    /// A connected controller; it lives as long as the system. All callers share it.
    pub async fn controller(&self, garage: &GarageId, device: &DeviceId) -> ControllerHandle {
        let mut connected = self.connected.lock().await;
        if let Some(known) = connected.get(&format!("{garage}.{device}")) {
            return known.clone();
        }
        let controller = self.connect(self.controller_config(garage, device)).await;
        connected.insert(format!("{garage}.{device}"), controller.clone());
        controller
    }

    /// Connects one more controller, with its own configuration.
    pub async fn connect(&self, config: ControllerConfig) -> ControllerHandle {
        let controller = SimulatedController::start(config, self.controllers.clone());
        controller.connected(PATIENCE).await.expect("the broker accepts the controller");
        controller
    }

    /// Logs an operator in at the console: with a password set on the command line, or by picking in the demo.
    pub async fn operator(&self, username: &str) -> ConsoleClient {
        let mut operators = self.operators.lock().await;
        if let Some(known) = operators.get(username) {
            return known.clone();
        }
        let console = match &self.running {
            RunningForm::Standalone(_) => ConsoleClient::pick(&self.server(), username).await,
            RunningForm::Separate(many) => {
                let password = many.operator_password(username).await;
                ConsoleClient::log_in(&self.server(), username, &password).await
            }
        };
        let console =
            console.unwrap_or_else(|answer| panic!("{username} is not let in: {}", answer.status()));
        operators.insert(username.to_owned(), console.clone());
        console
    }

    pub async fn sign(&self, garage: &GarageId) -> SignClient {
        SignClient::connect(self.mqtt(), garage, &self.password(&MqttPermissions::sign(garage).username))
            .await
    }

    /// The phone of the person with this key in the district file.
    pub async fn log_in(&self, person_key: &str) -> PhoneClient {
        let person = self.person(person_key).await;
        let session = server::app::session::issue(&self.app, person).await.expect("a session");
        PhoneClient::with_client(self.http.clone(), &self.people(), &session.token)
    }

    /// The person's id in the database.
    pub async fn person(&self, key: &str) -> PersonId {
        if let Some(known) = self.people.lock().await.get(key) {
            return *known;
        }
        let found = server::app::import::person_id(&self.app, key).await.expect("the database answers");
        let id = found.expect("a person of the district");
        self.people.lock().await.insert(key.to_owned(), id);
        id
    }

    /// A lane of `garage`, by its id in the invented site.
    pub fn lane(&self, garage: &GarageId, lane: &str) -> &SiteLane {
        let site = self.invented.sites.iter().find(|site| &site.garage == garage).expect("a garage here");
        site.lanes.iter().find(|known| known.id.as_str() == lane).expect("a lane of the garage")
    }

    /// All parts that can be killed, in their start order.
    pub fn parts(&self) -> Vec<SystemPart> {
        match &self.running {
            RunningForm::Standalone(_) => vec![SystemPart::Standalone],
            RunningForm::Separate(many) => many.parts(),
        }
    }

    /// The parts that are our own processes.
    pub fn processes(&self) -> Vec<SystemPart> {
        let ours = |part: &SystemPart| !matches!(part, SystemPart::Broker | SystemPart::Database);
        self.parts().into_iter().filter(ours).collect()
    }

    /// Kills the part with SIGKILL.
    pub fn kill9(&mut self, part: SystemPart) {
        match &mut self.running {
            RunningForm::Standalone(one) => one.kill9(part),
            RunningForm::Separate(many) => many.kill9(part),
        }
    }

    /// Starts the part again, after ending what still runs, and waits until it is ready.
    pub async fn restart(&mut self, part: SystemPart) {
        match &mut self.running {
            RunningForm::Standalone(one) => one.restart(part, &self.doors).await,
            RunningForm::Separate(many) => many.restart(part).await,
        }
    }

    /// Stops one of our processes with SIGTERM; it has to exit in time with code 0.
    pub async fn terminate(&mut self, part: SystemPart) {
        match &mut self.running {
            RunningForm::Standalone(one) => one.terminate().await,
            RunningForm::Separate(many) => many.terminate(part).await,
        }
    }

    /// Waits until every gateway has its plan and count, and signs receive its messages.
    pub async fn gateways_ready(&self) {
        for site in &self.invented.sites {
            self.sign(&site.garage).await.shows_a_number().await;
        }
    }

    /// Stops every process with SIGTERM; panics if one is late or ends with another code than 0.
    pub async fn stop(mut self) {
        self.app.store.close().await;
        for part in self.processes().into_iter().rev() {
            self.terminate(part).await;
        }
    }
}

async fn open(database: &str, data_key: &[u8; SealingKeyring::KEY_LEN]) -> App {
    // Few connections: this store only observes, and the system under test needs its own.
    let store = Store::open(database, 4).await.expect("the system's database opens");
    App::new(store, SealingKeyring::new(data_key).expect("a key"), Arc::new(SystemClock))
}
