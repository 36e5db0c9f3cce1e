//! The broker with a garage for each contestant, and the gateway's process.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::ids::{DeviceId, GarageId};
use protocol::mqtt::MqttPermissions;
use tempfile::TempDir;
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig, password_file};
use testkit::process::{TestProcess, TestProgram};
use uuid::Uuid;

/// For whatever has to happen before a measurement.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Two entries and two exits: what goes in comes out, so that the garage is never full.
pub const DEVICES: [&str; 4] = ["in-1", "out-1", "in-2", "out-2"];
/// As in the configuration that `gateway mosquitto-files` writes.
const BROKER_LIMITS: &str = "message_size_limit 16384\nmax_packet_size 65536\nmax_connections 1000";

/// One user of the broker.
#[derive(Debug, Clone)]
pub struct SiteUser {
    pub permissions: MqttPermissions,
    pub password: String,
}

impl SiteUser {
    fn invent(permissions: MqttPermissions) -> Self {
        Self { permissions, password: Uuid::new_v4().simple().to_string() }
    }
}

/// The users of one garage. Contestants have a garage each, so that all stay connected without receiving each other's messages.
#[derive(Debug, Clone)]
pub struct SiteGarage {
    pub id: GarageId,
    pub gateway: SiteUser,
    pub devices: Vec<(DeviceId, SiteUser)>,
}

impl SiteGarage {
    pub fn invent(name: &str) -> Self {
        let id = GarageId::parse(name).expect("a garage's name");
        let devices = DEVICES.map(|device| DeviceId::parse(device).expect("a device's name"));
        let user =
            |device: DeviceId| (device.clone(), SiteUser::invent(MqttPermissions::device(&id, &device)));
        Self {
            gateway: SiteUser::invent(MqttPermissions::gateway(&id)),
            devices: devices.into_iter().map(user).collect(),
            id,
        }
    }

    fn users(&self) -> impl Iterator<Item = &SiteUser> {
        self.devices.iter().map(|(_, user)| user).chain([&self.gateway])
    }
}

pub fn broker(garages: &[&SiteGarage]) -> MosquittoBroker {
    let users: Vec<&SiteUser> = garages.iter().flat_map(|garage| garage.users()).collect();
    let mut acl = String::new();
    for MqttPermissions { username, publish, subscribe } in users.iter().map(|user| &user.permissions) {
        acl.push_str(&format!("user {username}\n"));
        publish.iter().for_each(|topic| acl.push_str(&format!("topic write {topic}\n")));
        subscribe.iter().for_each(|topic| acl.push_str(&format!("topic read {topic}\n")));
    }
    let passwords =
        password_file(users.iter().map(|user| (user.permissions.username.as_str(), user.password.as_str())));
    MosquittoBroker::start(MosquittoConfig {
        acl: Some(acl),
        passwords: Some(passwords),
        extra: BROKER_LIMITS.to_owned(),
        ..MosquittoConfig::default()
    })
}

/// The gateway as a process with a folder of its own.
pub struct GatewayProcess {
    child: TestProcess,
    folder: TempDir,
}

impl GatewayProcess {
    /// Returns when it is ready: broker connected, outbox writable.
    pub async fn start(broker: SocketAddr, server: SocketAddr, garage: &SiteGarage) -> Self {
        let folder = tempfile::Builder::new().prefix("gateway-").tempdir().expect("a temporary folder");
        let health = ([127, 0, 0, 1], testkit::port::free()).into();
        let config = folder.path().join("gateway.toml");
        let text = configuration(folder.path(), broker, server, health, garage);
        fs::write(&config, text).expect("a file is written");
        let program = TestProgram::named("gateway").args(["run", "--config"]).args([config]);
        let mut child = program.start();
        child.ready(health, PATIENCE).await;
        Self { child, folder }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill9(&mut self) {
        self.child.kill9();
    }

    /// Kills it with SIGKILL and returns when it was started again.
    pub fn kill_and_restart(&mut self) -> Instant {
        self.child.kill9();
        let started = Instant::now();
        self.child.restart();
        started
    }

    /// Of the outbox with everything that SQLite keeps beside it.
    pub fn disk_bytes(&self) -> u64 {
        let files = fs::read_dir(self.data()).expect("the data folder is there").flatten();
        files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

fn configuration(
    folder: &Path,
    broker: SocketAddr,
    server: SocketAddr,
    health: SocketAddr,
    garage: &SiteGarage,
) -> String {
    let secret = |name: &str, value: &str| {
        let path = folder.join(name);
        fs::write(&path, value).expect("a file is written");
        let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&path, only_owner).expect("the file's mode is set");
        format!("{{ file = \"{}\" }}", path.display())
    };
    let mut text = format!(
        "garage = \"{id}\"\ndata_dir = \"{data}\"\n\
         [mqtt]\nhost = \"{host}\"\nport = {port}\npassword = {password}\n\
         [server]\nurl = \"http://{server}\"\ntoken = {token}\n[http]\nlisten = \"{health}\"\n\
         [limits]\nevents_per_second = 1000000\n",
        id = garage.id,
        data = folder.join("data").display(),
        host = broker.ip(),
        port = broker.port(),
        password = secret("mqtt-password", &garage.gateway.password),
        token = secret("token", "bench"),
    );
    for (device, _) in &garage.devices {
        let direction = if device.as_str().starts_with("in") { "in" } else { "out" };
        text.push_str(&format!(
            "[[lane]]\nid = \"{device}\"\nname = \"{device}\"\ndirection = \"{direction}\"\n\
             device = \"{device}\"\npass_by = \"plate\"\n"
        ));
    }
    text
}
