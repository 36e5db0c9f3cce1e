//! The edge box as it stands in a garage: the real binary as a process, with a file of its own, whose way to the server can be broken.

use std::net::SocketAddr;

use domain::ids::DeviceId;
use domain::time::Clock;
use protocol::mqtt::{ControllerStatus, MqttPermissions, MqttTopic};
use service::clock::SystemClock;
use testkit::mosquitto::MosquittoBroker;
use testkit::process::{TestProcess, TestProgram};
use testkit::proxy::TcpProxy;
use testkit::{port, wait};

use crate::controller::{Controller, SOON};
use crate::district::{District, garage};
use crate::site::{broker, plan};

/// A box with two lanes.
pub(crate) struct Machine {
    pub broker: MosquittoBroker,
    pub district: Option<District>,
    pub network: TcpProxy,
    pub folder: tempfile::TempDir,
    pub http: SocketAddr,
}

impl Machine {
    pub(crate) async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let district = District::start(plan()).await;
        let network = TcpProxy::start(district.address).await;
        let http = ([127, 0, 0, 1], port::free()).into();
        let folder = tempfile::tempdir().unwrap();
        let machine = Self { broker: broker(), district: Some(district), network, folder, http };
        machine.write_config("token = { env = \"TOKEN\" }");
        machine
    }

    pub(crate) fn write_config(&self, token: &str) {
        let lane = |id: &str, direction: &str| {
            format!(
                "[[lane]]\nid = \"{id}\"\nname = \"{id}\"\ndirection = \"{direction}\"\ndevice = \"{id}\"\n"
            )
        };
        let text = format!(
            "garage = \"{garage}\"\ndata_dir = \"{data}\"\n\
             [mqtt]\nport = {mqtt}\npassword = {{ env = \"PASSWORD\" }}\n\
             [server]\nurl = \"http://{server}\"\n{token}\nplan_poll_seconds = 0.1\n\
             [http]\nlisten = \"{http}\"\n{in_}{out}",
            garage = garage(),
            data = self.folder.path().join("data").display(),
            mqtt = self.broker.port(),
            server = self.network.address(),
            http = self.http,
            in_ = lane("in", "in"),
            out = lane("out", "out"),
        );
        std::fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("gateway.toml")
    }

    pub(crate) fn program(&self, command: &str) -> TestProgram {
        let program = TestProgram::at(env!("CARGO_BIN_EXE_gateway")).args([command, "--config"]);
        program.args([self.config()]).env("TOKEN", "token").env("PASSWORD", "secret")
    }

    /// The gateway, ready and with its plan.
    pub(crate) async fn gateway(&self) -> TestProcess {
        self.started(self.program("run")).await
    }

    pub(crate) async fn started(&self, program: TestProgram) -> TestProcess {
        let mut gateway = program.start();
        gateway.ready(self.http, SOON).await;
        let district = self.district.as_ref().unwrap();
        wait::until(SOON, "the plan is known", async || {
            district.books(|b| (b.plan_unchanged > 0).then_some(()))
        })
        .await;
        gateway
    }

    /// Waits until `/readyz` reports it.
    pub(crate) async fn answers(&self, status: u16) {
        let what = format!("readyz answers {status}");
        let said =
            async || testkit::process::status_of(self.http, "/readyz").await.filter(|said| *said == status);
        wait::until(SOON, &what, said).await;
    }

    /// A device that has given a sign of life, which the gateway knows of.
    pub(crate) async fn device(&self, id: &str) -> Controller {
        let device = DeviceId::parse(id).unwrap();
        let topics = MqttPermissions::device(&garage(), &device).subscribe;
        let controller = Controller::connect(self.broker.port(), &garage(), id, topics).await;
        wait::until(SOON, "the device is heard", async || {
            live(&controller, &device).await;
            let known = reqwest::get(format!("http://{}/lanes", self.http)).await.ok()?.text().await.ok()?;
            let lanes: Vec<protocol::uplink::LaneStatus> = serde_json::from_str(&known).ok()?;
            lanes.iter().find(|lane| lane.device == device)?.last_seen_at
        })
        .await;
        controller
    }
}

pub(crate) async fn live(controller: &Controller, device: &DeviceId) {
    let status =
        ControllerStatus { v: 1, at: SystemClock.now(), firmware: None, pending_events: 0, held_open: false };
    let topic = MqttTopic::Status(garage(), device.clone()).to_string();
    controller.publish(&topic, false, serde_json::to_vec(&status).unwrap()).await;
}
