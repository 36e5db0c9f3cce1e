//! The drill: the self-test gives the right answer with network, server, broker and camera each switched off, beside the
//! running gateway, which is the real binary, and without it.

use std::net::SocketAddr;
use std::time::Duration;

use domain::ids::DeviceId;
use domain::time::Clock;
use process::clock::SystemClock;
use protocol::mqtt::{DeviceStatus, Permissions, Topic};
use serde_json::Value;
use testkit::mosquitto::Mosquitto;
use testkit::process::{Child, Program};
use testkit::proxy::TcpProxy;
use testkit::{port, wait};

use crate::controller::{Controller, SOON};
use crate::district::{District, Mood, garage};
use crate::site::{broker, plan};

/// A box with two lanes, whose way to the server can be cut.
struct Drill {
    broker: Mosquitto,
    district: Option<District>,
    network: TcpProxy,
    folder: tempfile::TempDir,
    http: SocketAddr,
}

/// What the self-test said.
struct Said {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Said {
    fn of(&self, verdict: &str) -> Vec<&str> {
        let of = self.checks.iter().filter(|check| check["verdict"] == verdict);
        of.map(|check| check["check"].as_str().unwrap()).collect()
    }

    fn found(&self, name: &str) -> String {
        let check = self.checks.iter().find(|check| check["check"] == name);
        check.unwrap_or_else(|| panic!("no check `{name}`")).to_string()
    }

    /// Everything else is fine, except that a disk of the test machine may be rather full.
    fn assert_failed(&self, failed: &[&str], warnings: &[&str]) {
        let but_space = |verdict| -> Vec<&str> {
            self.of(verdict).into_iter().filter(|name| *name != "free space").collect()
        };
        let said = (but_space("failed"), but_space("warning"));
        assert_eq!(said, (failed.to_vec(), warnings.to_vec()), "{:?}", self.checks);
        assert_eq!(self.code, Some(i32::from(!failed.is_empty())), "{:?}", self.checks);
        let advised = self.checks.iter().filter(|check| check["verdict"] != "ok");
        assert!(advised.clone().all(|check| check["advice"].is_string()), "each says what to do");
    }
}

impl Drill {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let district = District::start(plan()).await;
        let network = TcpProxy::start(district.address).await;
        let http = ([127, 0, 0, 1], port::free()).into();
        let folder = tempfile::tempdir().unwrap();
        let drill = Self { broker: broker(), district: Some(district), network, folder, http };
        drill.write_config("token = { env = \"TOKEN\" }");
        drill
    }

    fn write_config(&self, token: &str) {
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

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("gateway.toml")
    }

    fn program(&self, command: &str) -> Program {
        let program = Program::at(env!("CARGO_BIN_EXE_gateway")).args([command, "--config"]);
        program.args([self.config()]).env("TOKEN", "token").env("PASSWORD", "secret")
    }

    /// The gateway, ready and with its plan.
    async fn gateway(&self) -> Child {
        let mut gateway = self.program("run").start();
        gateway.ready(self.http, SOON).await;
        let district = self.district.as_ref().unwrap();
        wait::until(SOON, "the plan is known", async || {
            district.books(|b| (b.plan_unchanged > 0).then_some(()))
        })
        .await;
        gateway
    }

    /// A device that has given a sign of life, which the gateway knows of.
    async fn device(&self, id: &str) -> Controller {
        let device = DeviceId::parse(id).unwrap();
        let topics = Permissions::device(&garage(), &device).subscribe;
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

    async fn self_test(&self) -> Said {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_gateway"));
        command.arg("self-test").arg("--config").arg(self.config()).args(["--json", "--wait-seconds", "3"]);
        let output = command.env("TOKEN", "token").env("PASSWORD", "secret").output().await.unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        Said { code: output.status.code(), checks: report["checks"].as_array().unwrap().clone() }
    }
}

async fn live(controller: &Controller, device: &DeviceId) {
    let status = DeviceStatus { v: 1, at: SystemClock.now(), firmware: None, pending_events: 0 };
    let topic = Topic::Status(garage(), device.clone()).to_string();
    controller.publish(&topic, false, serde_json::to_vec(&status).unwrap()).await;
}

/// Says it again, so that a slow machine does not make them look silent.
async fn alive(entry: &Controller, exit: &Controller) {
    live(entry, &DeviceId::parse("in").unwrap()).await;
    live(exit, &DeviceId::parse("out").unwrap()).await;
}

#[tokio::test]
async fn with_everything_on_all_is_well_and_the_gateway_goes_on() {
    let drill = Drill::new().await;
    let mut gateway = drill.gateway().await;
    let _devices = (drill.device("in").await, drill.device("out").await);
    for _ in 0..2 {
        let said = drill.self_test().await;
        said.assert_failed(&[], &[]);
        assert!(said.found("clock").contains("the server's"));
    }
    let left: Vec<_> = std::fs::read_dir(drill.folder.path().join("data")).unwrap().collect();
    assert!(
        left.iter()
            .all(|entry| { !entry.as_ref().unwrap().file_name().to_string_lossy().contains("self-test") })
    );
    assert!(drill.district.as_ref().unwrap().books(|b| b.records.is_empty()), "its record went nowhere");
    assert!(gateway.stop(SOON).await.success());
}

#[tokio::test]
async fn each_thing_that_is_switched_off_is_named() {
    let mut drill = Drill::new().await;
    let mut gateway = drill.gateway().await;
    let entry = drill.device("in").await;
    // A camera: never heard.
    drill.self_test().await.assert_failed(&["lane out"], &[]);
    let exit = drill.device("out").await;
    // The network: the gate goes on alone, from the plan on its disk.
    drill.network.cut();
    alive(&entry, &exit).await;
    let said = drill.self_test().await;
    said.assert_failed(&["server"], &["clock"]);
    assert!(said.found("server").contains("out of reach"), "{}", said.found("server"));
    drill.network.pass();
    // The server: reached, and unwell; then not there at all.
    drill.district.as_ref().unwrap().mood(Mood::Away);
    alive(&entry, &exit).await;
    let said = drill.self_test().await;
    said.assert_failed(&["server"], &[]);
    assert!(said.found("server").contains("503"));
    drill.district = None;
    drill.self_test().await.assert_failed(&["server"], &["clock"]);
    // The broker as well: then the gateway is not ready.
    alive(&entry, &exit).await;
    drill.broker.kill9();
    wait::until(SOON, "the gateway has noticed", async || {
        (testkit::process::status_of(drill.http, "/readyz").await? == 503).then_some(())
    })
    .await;
    drill.self_test().await.assert_failed(&["gateway", "server", "broker"], &["clock"]);
    gateway.kill9();
}

#[tokio::test]
async fn without_a_gateway_the_devices_are_listened_to() {
    let drill = Drill::new().await;
    let device = DeviceId::parse("in").unwrap();
    let topics = Permissions::device(&garage(), &device).subscribe;
    let controller = Controller::connect(drill.broker.port(), &garage(), "in", topics).await;
    std::fs::create_dir(drill.folder.path().join("data")).unwrap();
    let lives = async {
        let mut beats = tokio::time::interval(Duration::from_millis(100));
        loop {
            beats.tick().await;
            live(&controller, &device).await;
        }
    };
    let said = tokio::select! {
        said = drill.self_test() => said,
        () = lives => unreachable!(),
    };
    said.assert_failed(&["lane out"], &["gateway", "plan on disk"]);
    assert!(said.found("outbox").contains("no gateway has run here yet"));
}

#[tokio::test]
async fn what_is_set_wrongly_is_named_with_what_to_do() {
    let drill = Drill::new().await;
    std::fs::create_dir(drill.folder.path().join("data")).unwrap();
    drill.write_config("");
    let said = drill.self_test().await;
    assert!(said.found("server").contains("gateway enroll"));
    assert!(said.found("lane in").contains("not heard within 3 s"));
    // A broker whose files are of an older version.
    let acl = format!("user {}.gateway\ntopic read parking/v1/{}/+/status\n", garage(), garage());
    drill.broker.reload_acl(&acl);
    wait::until(SOON, "the broker has read its file", async || {
        let said = drill.self_test().await;
        said.found("broker").contains("gateway mosquitto-files").then_some(())
    })
    .await;
    std::fs::remove_dir_all(drill.folder.path().join("data")).unwrap();
    let said = drill.self_test().await;
    assert!(said.of("failed").contains(&"data folder") && said.of("failed").contains(&"outbox"));
    std::fs::write(drill.config(), "garage = 1").unwrap();
    let said = drill.self_test().await;
    assert_eq!((said.of("failed"), said.code), (vec!["configuration"], Some(1)));
    assert!(said.found("configuration").contains("`garage`"));
}
