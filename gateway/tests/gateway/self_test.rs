//! The drill: the self-test gives the right answer with network, server, broker and camera each switched off, beside the
//! running gateway, which is the real binary, and without it.

use std::time::Duration;

use domain::ids::DeviceId;
use protocol::mqtt::MqttPermissions;
use serde_json::Value;
use testkit::wait;

use crate::controller::{Controller, SOON};
use crate::district::{Mood, garage};
use crate::machine::{Machine, live};

/// Output of the self-test.
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

impl Machine {
    async fn self_test(&self) -> Said {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_gateway"));
        command.arg("self-test").arg("--config").arg(self.config()).args(["--json", "--wait-seconds", "3"]);
        let output = command.env("TOKEN", "token").env("PASSWORD", "secret").output().await.unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        Said { code: output.status.code(), checks: report["checks"].as_array().unwrap().clone() }
    }
}

/// Repeats it, so that a slow machine does not make them look silent.
async fn alive(entry: &Controller, exit: &Controller) {
    live(entry, &DeviceId::parse("in").unwrap()).await;
    live(exit, &DeviceId::parse("out").unwrap()).await;
}

#[tokio::test]
async fn with_everything_on_all_is_well_and_the_gateway_goes_on() {
    let machine = Machine::new().await;
    let mut gateway = machine.gateway().await;
    let _devices = (machine.device("in").await, machine.device("out").await);
    for _ in 0..2 {
        let said = machine.self_test().await;
        said.assert_failed(&[], &[]);
        assert!(said.found("clock").contains("the server's"));
    }
    let left: Vec<_> = std::fs::read_dir(machine.folder.path().join("data")).unwrap().collect();
    assert!(
        left.iter()
            .all(|entry| { !entry.as_ref().unwrap().file_name().to_string_lossy().contains("self-test") })
    );
    assert!(machine.district.as_ref().unwrap().books(|b| b.records.is_empty()), "its record went nowhere");
    assert!(gateway.stop(SOON).await.success());
}

#[tokio::test]
async fn each_thing_that_is_switched_off_is_named() {
    let mut machine = Machine::new().await;
    let mut gateway = machine.gateway().await;
    let entry = machine.device("in").await;
    // A camera that has never sent a message.
    machine.self_test().await.assert_failed(&["lane out"], &[]);
    let exit = machine.device("out").await;
    // The network: the gate goes on alone, from the plan on its disk.
    machine.network.cut();
    alive(&entry, &exit).await;
    let said = machine.self_test().await;
    said.assert_failed(&["server"], &["clock"]);
    assert!(said.found("server").contains("out of reach"), "{}", said.found("server"));
    machine.network.pass();
    // The server: reached, and unwell; then not there at all.
    machine.district.as_ref().unwrap().mood(Mood::Away);
    alive(&entry, &exit).await;
    let said = machine.self_test().await;
    said.assert_failed(&["server"], &[]);
    assert!(said.found("server").contains("503"));
    machine.district = None;
    machine.self_test().await.assert_failed(&["server"], &["clock"]);
    // The broker as well: then the gateway is not ready.
    alive(&entry, &exit).await;
    machine.broker.kill9();
    wait::until(SOON, "the gateway has noticed", async || {
        (testkit::process::status_of(machine.http, "/readyz").await? == 503).then_some(())
    })
    .await;
    machine.self_test().await.assert_failed(&["gateway", "server", "broker"], &["clock"]);
    gateway.kill9();
}

#[tokio::test]
async fn without_a_gateway_the_devices_are_listened_to() {
    let machine = Machine::new().await;
    let device = DeviceId::parse("in").unwrap();
    let topics = MqttPermissions::device(&garage(), &device).subscribe;
    let controller = Controller::connect(machine.broker.port(), &garage(), "in", topics).await;
    std::fs::create_dir(machine.folder.path().join("data")).unwrap();
    let lives = async {
        let mut beats = tokio::time::interval(Duration::from_millis(100));
        loop {
            beats.tick().await;
            live(&controller, &device).await;
        }
    };
    let said = tokio::select! {
        said = machine.self_test() => said,
        () = lives => unreachable!(),
    };
    said.assert_failed(&["lane out"], &["gateway", "plan on disk"]);
    assert!(said.found("outbox").contains("no gateway has run here yet"));
}

#[tokio::test]
async fn what_is_set_wrongly_is_named_with_what_to_do() {
    let machine = Machine::new().await;
    std::fs::create_dir(machine.folder.path().join("data")).unwrap();
    machine.write_config("");
    let said = machine.self_test().await;
    assert!(said.found("server").contains("gateway enroll"));
    assert!(said.found("lane in").contains("not heard within 3 s"));
    // A broker whose files are of an older version.
    let acl = format!("user {}.gateway\ntopic read parking/v1/{}/+/status\n", garage(), garage());
    machine.broker.reload_acl(&acl);
    wait::until(SOON, "the broker has read its file", async || {
        let said = machine.self_test().await;
        said.found("broker").contains("gateway mosquitto-files").then_some(())
    })
    .await;
    std::fs::remove_dir_all(machine.folder.path().join("data")).unwrap();
    let said = machine.self_test().await;
    assert!(said.of("failed").contains(&"data folder") && said.of("failed").contains(&"outbox"));
    std::fs::write(machine.config(), "garage = 1").unwrap();
    let said = machine.self_test().await;
    assert_eq!((said.of("failed"), said.code), (vec!["configuration"], Some(1)));
    assert!(said.found("configuration").contains("`garage`"));
}
