//! The binaries on a real Mosquitto and a real PostgreSQL, set up with their own command lines.

mod broker;
mod files;
mod server_command;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use domain::ids::GarageId;
use protocol::district::DistrictSpec;
use simulator::district::{GarageSite, InventedDistrict};
use store::seal::SealingKeyring;
use tempfile::TempDir;
use testkit::disk::LossyDisk;
use testkit::mosquitto::MosquittoBroker;
use testkit::port;
use testkit::postgres::{PostgresCluster, TestDatabase};
use testkit::process::{TestProcess, TestProgram};
use testkit::proxy::TcpProxy;
use testkit::released::ReleasedData;
use testkit::wechat::FakeWechat;

use super::passwords::DevicePasswords;
use super::{
    GatewayFiles, PostgresChoice, START, STOP, SystemAddresses, SystemLink, SystemPart, SystemSetup,
};
use files::SystemFiles;
pub use server_command::ServerCommand;

/// Fields drop in this order: clients before their servers.
pub(super) struct SeparateSystem {
    gateways: Vec<SystemProcess>,
    /// One disk per gateway, or none.
    disks: Vec<LossyDisk>,
    miniapp: SystemProcess,
    server: SystemProcess,
    broker: MosquittoBroker,
    database: TestDatabase,
    cluster: Option<PostgresCluster>,
    wechat: FakeWechat,
    /// Between the gateways and the server.
    link: Option<TcpProxy>,
    command: ServerCommand,
    passwords: DevicePasswords,
    data_key: [u8; SealingKeyring::KEY_LEN],
    files: SystemFiles,
    _folder: TempDir,
}

struct SystemProcess {
    child: TestProcess,
    health: SocketAddr,
}

impl SystemProcess {
    fn start(program: &TestProgram, health: SocketAddr) -> Self {
        Self { child: program.start(), health }
    }

    async fn ready(&mut self) {
        self.child.ready(self.health, START).await;
    }

    async fn stop(&mut self, what: &str) {
        let status = self.child.stop(STOP).await;
        assert!(status.success(), "the {what} ended with {status}");
    }
}

fn local() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port::free()).into()
}

impl SeparateSystem {
    pub(super) async fn start(setup: SystemSetup, invented: &InventedDistrict) -> (Self, SystemAddresses) {
        assert_eq!(setup.dismissal, None, "only the demo has traffic of its own");
        let folder = tempfile::Builder::new().prefix("district-").tempdir().expect("a temporary folder");
        let files = SystemFiles::new(folder.path());
        let cameras = invented.sites.iter().any(GarageSite::has_camera).then(local);
        let doors = SystemAddresses { people: local(), server: local(), mqtt: local(), cameras };
        let link = match setup.link {
            SystemLink::Direct => None,
            SystemLink::Breakable => Some(TcpProxy::start(doors.server).await),
        };
        let cluster = (setup.postgres == PostgresChoice::Own).then(PostgresCluster::start);
        let database = match &cluster {
            Some(own) => TestDatabase::create_in(&own.url()).await,
            None => TestDatabase::create().await,
        };
        if let Some(released) = setup.released {
            restore(released, &files, &database).await;
        }
        let command = server(&files, &doors, &database, &invented.district).await;
        let passwords = DevicePasswords::invent(&invented.sites);
        let uplink = link.as_ref().map_or(doors.server, TcpProxy::address);
        let seen = SystemAddresses { server: uplink, ..doors.clone() };
        let mut gateways = gateways(&files, &seen, &command, &passwords, invented, setup).await;
        let mut disks = Vec::new();
        if setup.lossy_disks {
            for (site, (program, _)) in invented.sites.iter().zip(&mut gateways) {
                let disk = LossyDisk::new(&files.gateway_data(&site.garage));
                *program = disk.under(program.clone());
                disks.push(disk);
            }
        }
        let broker = broker::start(&files, &doors, &invented.sites).await;
        let wechat = FakeWechat::start().await;
        let miniapp = miniapp(&files, &doors, &command, &wechat).await;
        let mut system = Self {
            server: SystemProcess::start(&command.run(), doors.server),
            miniapp: SystemProcess::start(&miniapp, doors.people),
            gateways: gateways
                .iter()
                .map(|(program, health)| SystemProcess::start(program, *health))
                .collect(),
            disks,
            broker,
            database,
            cluster,
            wechat,
            link,
            passwords,
            data_key: files.data_key(),
            command,
            files,
            _folder: folder,
        };
        system.ready().await;
        (system, doors)
    }

    async fn ready(&mut self) {
        self.server.ready().await;
        self.miniapp.ready().await;
        for gateway in &mut self.gateways {
            gateway.ready().await;
        }
    }

    pub(super) fn database(&self) -> String {
        self.database.url()
    }

    pub(super) fn gateway_files(&self, garage: &GarageId) -> GatewayFiles {
        let config = self.files.path(&format!("{garage}.toml")).into();
        GatewayFiles { config, data: self.files.gateway_data(garage) }
    }

    pub(super) const fn data_key(&self) -> [u8; SealingKeyring::KEY_LEN] {
        self.data_key
    }

    pub(super) fn passwords(&self) -> DevicePasswords {
        self.passwords.clone()
    }

    pub(super) const fn wechat(&self) -> &FakeWechat {
        &self.wechat
    }

    pub(super) const fn link(&self) -> Option<&TcpProxy> {
        self.link.as_ref()
    }

    pub(super) const fn server_command(&self) -> &ServerCommand {
        &self.command
    }

    /// Sets an operator's password, which ends all sessions of the previous one.
    pub(super) async fn operator_password(&self, username: &str) -> String {
        let password = format!("{username} counts cars");
        self.files.secret("operator.password", &password);
        let file = self.files.path("operator.password");
        self.command
            .call(["operator", "set-password", "--username", username, "--password-file", &file])
            .await;
        password
    }

    pub(super) fn service_token(&self) -> String {
        std::fs::read_to_string(self.files.path("service.token"))
            .expect("the service token")
            .trim()
            .to_owned()
    }

    pub(super) fn logs(&self) -> String {
        let ours = [&self.server, &self.miniapp].into_iter().chain(&self.gateways);
        ours.map(|process| process.child.log()).chain([self.broker.log()]).collect()
    }

    /// All parts in their start order.
    pub(super) fn parts(&self) -> Vec<SystemPart> {
        let mut parts: Vec<SystemPart> = self.cluster.iter().map(|_| SystemPart::Database).collect();
        parts.extend([SystemPart::Broker, SystemPart::Server, SystemPart::Miniapp]);
        parts.extend((0..self.gateways.len()).map(SystemPart::Gateway));
        parts
    }

    pub(super) fn kill9(&mut self, part: SystemPart) {
        match part {
            SystemPart::Broker => self.broker.kill9(),
            SystemPart::Database => self.cluster().kill9(),
            ours => {
                self.process(ours).child.kill9();
                if let Some(disk) = self.disk(ours) {
                    let lost = disk.cut();
                    eprintln!("power cut of {ours:?}: {lost} bytes that were not synced are gone");
                }
            }
        }
    }

    pub(super) async fn restart(&mut self, part: SystemPart) {
        match part {
            SystemPart::Broker => self.broker.restart(),
            SystemPart::Database => self.cluster().restart(),
            ours => {
                let process = self.process(ours);
                process.child.restart();
                process.ready().await;
            }
        }
    }

    fn cluster(&mut self) -> &mut PostgresCluster {
        self.cluster.as_mut().expect("a system that was started with a PostgreSQL of its own")
    }

    fn disk(&self, part: SystemPart) -> Option<&LossyDisk> {
        match part {
            SystemPart::Gateway(number) => self.disks.get(number),
            _ => None,
        }
    }

    fn process(&mut self, part: SystemPart) -> &mut SystemProcess {
        match part {
            SystemPart::Server => &mut self.server,
            SystemPart::Miniapp => &mut self.miniapp,
            SystemPart::Gateway(number) => self.gateways.get_mut(number).expect("a garage of the district"),
            SystemPart::Standalone | SystemPart::Broker | SystemPart::Database => {
                panic!("{part:?} is none of our processes here")
            }
        }
    }

    pub(super) async fn terminate(&mut self, part: SystemPart) {
        self.process(part).stop(&format!("{part:?}")).await;
    }
}

/// Restores the database, its key, and one gateway's folder.
async fn restore(released: ReleasedData, files: &SystemFiles, database: &TestDatabase) {
    released.restore_district(&database.url()).await;
    files.secret("data.key", &released.district_key());
    let garage = GarageId::parse(ReleasedData::GARAGE).expect("the id of a garage");
    released.unpack_gateway(&files.gateway_data(&garage));
}

async fn server(
    files: &SystemFiles,
    doors: &SystemAddresses,
    database: &TestDatabase,
    district: &DistrictSpec,
) -> ServerCommand {
    let command = ServerCommand::new(files.path("server.toml"));
    let key = files.path("data.key");
    if !Path::new(&key).exists() {
        command.plain(["new-key", "--out", &key]).await;
    }
    let url = files.secret("database.url", &database.url());
    files.write(
        "server.toml",
        &format!(
            "[database]\nurl = {url}\n[secrets]\ndata_key = {{ file = \"{key}\" }}\n\
             [http]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n",
            listen = doors.server
        ),
    );
    let district = serde_json::to_string(district).expect("a district is JSON");
    command.call(["import", &files.write("district.json", &district)]).await;
    command
}

async fn miniapp(
    files: &SystemFiles,
    doors: &SystemAddresses,
    server: &ServerCommand,
    wechat: &FakeWechat,
) -> TestProgram {
    let token = files.path("service.token");
    server.call(["service-token", "--name", "miniapp-api", "--out", &token]).await;
    let secret = files.secret("wechat.secret", testkit::wechat::APP_SECRET);
    let config = files.write(
        "miniapp-api.toml",
        &format!(
            "[http]\nlisten = \"{}\"\n[server]\nurl = \"http://{}\"\ntoken = {{ file = \"{token}\" }}\n\
             [wechat]\nbase_url = \"{}\"\nappid = \"{}\"\nsecret = {secret}\n[limits]\nlog_ins_per_minute = 600\n",
            doors.people,
            doors.server,
            wechat.base_url(),
            testkit::wechat::APP_ID,
        ),
    );
    TestProgram::named("miniapp-api").args(["run", "--config", &config])
}

/// Creates a gateway's token; returns the path of its file.
async fn gateway_token(files: &SystemFiles, server: &ServerCommand, garage: &GarageId) -> String {
    let token = files.path(&format!("{garage}.token"));
    server.call(["gateway-token", "--garage", garage.as_str(), "--out", &token]).await;
    token
}

/// Starts a gateway for each garage; returns it with its health address.
async fn gateways(
    files: &SystemFiles,
    doors: &SystemAddresses,
    server: &ServerCommand,
    passwords: &DevicePasswords,
    invented: &InventedDistrict,
    setup: SystemSetup,
) -> Vec<(TestProgram, SocketAddr)> {
    let mut programs = Vec::new();
    for site in &invented.sites {
        let token = match files.gateway_data(&site.garage).exists() {
            // The gateway has enrolled.
            true => None,
            false => Some(gateway_token(files, server, &site.garage).await),
        };
        let health = local();
        let config =
            files.gateway(site, doors, passwords, token.as_deref(), (health, setup.plan_poll_seconds));
        programs.push((TestProgram::named("gateway").args(["run", "--config", &config]), health));
    }
    programs
}
