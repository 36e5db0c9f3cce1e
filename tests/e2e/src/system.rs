//! The whole system as real processes, started and handled as an operator would.
//!
//! Sessions are issued through the server's own crate on the same database, because logging thousands of people in
//! through WeChat is not what tests are about; everything else goes through the system's doors.

mod passwords;
mod separate;
mod standalone;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeviceId, GarageId};
use protocol::mqtt::Permissions;
use server::app::App;
use server::store::Store;
use server::store::seal::Keyring;
use service::clock::SystemClock;
use simulator::controller::{Config, Controller, Handle};
use simulator::district::{Invented, SiteLane};
use testkit::released::ReleasedData;
use testkit::wechat::FakeWechat;
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::console::Console;
use crate::district::Place;
use crate::phone::{PATIENCE, Phone};
use crate::sign::Sign;
use passwords::Passwords;
use separate::Separate;
pub use separate::ServerCommand;
use standalone::Standalone;

/// Debug binaries on two busy cores migrate a database and import a district.
const START: Duration = Duration::from_secs(60);
/// Orders to stop are obeyed within this, with everything under way.
const STOP: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// One process with SQLite and an embedded broker.
    Standalone,
    /// A gateway per garage, server and mini-program API; Mosquitto, PostgreSQL.
    Separate,
}

/// Which PostgreSQL the separate form uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Postgres {
    /// A database in the cluster of the test run.
    OfTheRun,
    /// A cluster of its own, which can be killed.
    Own,
}

/// What to start.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub form: Form,
    pub place: Place,
    /// Seconds that one dismissal of the demo's own traffic takes; `None` for no traffic. Standalone only.
    pub dismissal: Option<u64>,
    pub postgres: Postgres,
    /// How often each gateway of the separate form asks for its access plan: often, so that tests need not wait for it.
    pub plan_poll_seconds: u32,
    /// Data of a released version to go on with; `None` starts empty.
    pub released: Option<ReleasedData>,
    /// A killed gateway of the separate form also loses what it has not synced, as in a power cut.
    pub lossy_disks: bool,
}

impl Setup {
    pub const fn new(form: Form, place: Place) -> Self {
        Self {
            form,
            place,
            dismissal: None,
            postgres: Postgres::OfTheRun,
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

/// What can be killed and started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The only one of the standalone form.
    Standalone,
    /// By the garage's place in the district.
    Gateway(usize),
    Server,
    Miniapp,
    Broker,
    /// Only with [`Postgres::Own`].
    Database,
}

enum Running {
    Standalone(Box<Standalone>),
    Separate(Box<Separate>),
}

/// Where the doors are.
#[derive(Debug, Clone)]
struct Doors {
    people: SocketAddr,
    server: SocketAddr,
    mqtt: SocketAddr,
}

/// A running system; killed when dropped.
pub struct System {
    setup: Setup,
    invented: Invented,
    doors: Doors,
    passwords: Passwords,
    app: App,
    http: reqwest::Client,
    people: Mutex<HashMap<String, Uuid>>,
    /// A broker ends the older of two connections of one controller, so there is one of each.
    connected: Mutex<HashMap<String, Handle>>,
    operators: Mutex<HashMap<String, Console>>,
    running: Running,
    controllers: CancellationToken,
    _end: DropGuard,
}

impl System {
    /// Returns once every process is ready and every gateway has its access plan and count.
    pub async fn start(setup: Setup) -> Self {
        // Everything that speaks HTTP here wants the process to have chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let invented = setup.place.invent();
        let (running, doors) = match setup.form {
            Form::Standalone => {
                let (running, doors) = Standalone::start(setup).await;
                (Running::Standalone(Box::new(running)), doors)
            }
            Form::Separate => {
                let (running, doors) = Separate::start(setup, &invented).await;
                (Running::Separate(Box::new(running)), doors)
            }
        };
        let (database, passwords, data_key) = match &running {
            Running::Standalone(one) => (one.database(), one.passwords(), one.data_key()),
            Running::Separate(many) => (many.database(), many.passwords(), many.data_key()),
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

    pub const fn form(&self) -> Form {
        self.setup.form
    }

    pub const fn invented(&self) -> &Invented {
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

    /// Of a controller (`garage.device`), a gateway or a sign.
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
            Running::Separate(many) => many.wechat(),
            Running::Standalone(_) => panic!("there is no WeChat in the standalone form"),
        }
    }

    /// The server's command line with its configuration, as its operator has it.
    pub fn server_command(&self) -> &ServerCommand {
        match &self.running {
            Running::Separate(many) => many.server_command(),
            Running::Standalone(_) => panic!("the standalone form has no server binary"),
        }
    }

    /// The demo's `--data`.
    pub fn data(&self) -> &Path {
        match &self.running {
            Running::Standalone(one) => one.folder(),
            Running::Separate(_) => panic!("only the standalone form has everything in one folder"),
        }
    }

    /// URL of the main database.
    pub fn database(&self) -> String {
        match &self.running {
            Running::Standalone(one) => one.database(),
            Running::Separate(many) => many.database(),
        }
    }

    /// The key that seals personal data in the main database.
    pub const fn data_key(&self) -> [u8; Keyring::KEY_LEN] {
        match &self.running {
            Running::Standalone(one) => one.data_key(),
            Running::Separate(many) => many.data_key(),
        }
    }

    /// Configuration file and data folder of a garage's gateway.
    pub fn gateway_files(&self, garage: &GarageId) -> GatewayFiles {
        match &self.running {
            Running::Separate(many) => many.gateway_files(garage),
            Running::Standalone(_) => panic!("the standalone form's gateways have no files of their own"),
        }
    }

    /// With which the mini-program API calls the server.
    pub fn service_token(&self) -> String {
        match &self.running {
            Running::Standalone(one) => one.service_token(),
            Running::Separate(many) => many.service_token(),
        }
    }

    /// What all processes have printed so far.
    pub fn logs(&self) -> String {
        match &self.running {
            Running::Standalone(one) => one.log(),
            Running::Separate(many) => many.logs(),
        }
    }

    /// How a controller of this garage would connect; change it before [`Self::connect`].
    pub fn controller_config(&self, garage: &GarageId, device: &DeviceId) -> Config {
        let password = self.password(&Permissions::device(garage, device).username);
        let (host, port) = (self.doors.mqtt.ip().to_string(), self.doors.mqtt.port());
        Config::new(&host, port, garage.clone(), device.clone(), &password)
    }

    /// A connected controller; it lives as long as the system. The same one for everybody who asks.
    pub async fn controller(&self, garage: &GarageId, device: &DeviceId) -> Handle {
        let mut connected = self.connected.lock().await;
        if let Some(known) = connected.get(&format!("{garage}.{device}")) {
            return known.clone();
        }
        let controller = self.connect(self.controller_config(garage, device)).await;
        connected.insert(format!("{garage}.{device}"), controller.clone());
        controller
    }

    /// One more controller, with a configuration of one's own.
    pub async fn connect(&self, config: Config) -> Handle {
        let controller = Controller::start(config, self.controllers.clone());
        controller.connected(PATIENCE).await.expect("the broker accepts the controller");
        controller
    }

    /// Logged in at the console: with a password set on the command line, or by picking in the demo.
    pub async fn operator(&self, username: &str) -> Console {
        let mut operators = self.operators.lock().await;
        if let Some(known) = operators.get(username) {
            return known.clone();
        }
        let console = match &self.running {
            Running::Standalone(_) => Console::pick(&self.server(), username).await,
            Running::Separate(many) => {
                let password = many.operator_password(username).await;
                Console::log_in(&self.server(), username, &password).await
            }
        };
        let console =
            console.unwrap_or_else(|answer| panic!("{username} is not let in: {}", answer.status()));
        operators.insert(username.to_owned(), console.clone());
        console
    }

    pub async fn sign(&self, garage: &GarageId) -> Sign {
        Sign::connect(self.mqtt(), garage, &self.password(&Permissions::sign(garage).username)).await
    }

    /// The phone of the person with this key in the district file.
    pub async fn log_in(&self, person_key: &str) -> Phone {
        let person = self.person(person_key).await;
        let session = server::app::session::issue(&self.app, person).await.expect("a session");
        Phone::with_client(self.http.clone(), &self.people(), &session.token)
    }

    /// Id in the database.
    pub async fn person(&self, key: &str) -> Uuid {
        if let Some(known) = self.people.lock().await.get(key) {
            return *known;
        }
        let found = server::app::import::person_id(&self.app, key).await.expect("the database answers");
        let id = found.expect("a person of the district");
        self.people.lock().await.insert(key.to_owned(), id);
        id
    }

    /// A lane of the district's `garage`, by the id that it has in the invented site.
    pub fn lane(&self, garage: &GarageId, lane: &str) -> &SiteLane {
        let site = self.invented.sites.iter().find(|site| &site.garage == garage).expect("a garage here");
        site.lanes.iter().find(|known| known.id.as_str() == lane).expect("a lane of the garage")
    }

    /// Everything that can be killed here, in the order in which it starts.
    pub fn parts(&self) -> Vec<Part> {
        match &self.running {
            Running::Standalone(_) => vec![Part::Standalone],
            Running::Separate(many) => many.parts(),
        }
    }

    /// Those that are ours.
    pub fn processes(&self) -> Vec<Part> {
        let ours = |part: &Part| !matches!(part, Part::Broker | Part::Database);
        self.parts().into_iter().filter(ours).collect()
    }

    /// Ends it without a chance to say good-bye.
    pub fn kill9(&mut self, part: Part) {
        match &mut self.running {
            Running::Standalone(one) => one.kill9(part),
            Running::Separate(many) => many.kill9(part),
        }
    }

    /// Starts it again, after ending what still runs, and waits until it is ready.
    pub async fn restart(&mut self, part: Part) {
        match &mut self.running {
            Running::Standalone(one) => one.restart(part, &self.doors).await,
            Running::Separate(many) => many.restart(part).await,
        }
    }

    /// Stops one of our processes with SIGTERM, which it has to obey in time and with exit code 0.
    pub async fn terminate(&mut self, part: Part) {
        match &mut self.running {
            Running::Standalone(one) => one.terminate().await,
            Running::Separate(many) => many.terminate(part).await,
        }
    }

    /// Waits until every gateway has its plan and count, and is heard by signs.
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

async fn open(database: &str, data_key: &[u8; Keyring::KEY_LEN]) -> App {
    // Few connections: this is a bystander, and the system under test needs its own.
    let store = Store::open(database, 4).await.expect("the system's database opens");
    App::new(store, Keyring::new(data_key).expect("a key"), Arc::new(SystemClock))
}
