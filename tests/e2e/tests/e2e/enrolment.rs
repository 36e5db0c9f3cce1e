//! A new box of a garage, the real binary, enrols at the real server, proves its links, and renews its credential.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use domain::ids::GarageId;
use e2e::district::DistrictKind;
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use protocol::mqtt::MqttPermissions;
use serde_json::Value;
use server::app::enrolment;
use testkit::process::TestProgram;
use testkit::{port, wait};
use tokio::process::Command;

e2e::both_forms!(shared(super::DistrictKind::Demo):
    a_box_enrols_with_a_code_and_renews_its_credential,
);

/// A box beside those of the system, with a folder of its own.
struct NewBox {
    folder: tempfile::TempDir,
    http: u16,
}

impl NewBox {
    fn new(system: &TestSystem, garage: &GarageId) -> Self {
        let this = Self { folder: tempfile::tempdir().unwrap(), http: port::free() };
        let password = system.password(&MqttPermissions::gateway(garage).username);
        std::fs::write(this.folder.path().join("password"), password).unwrap();
        let text = format!(
            "garage = \"{garage}\"\ndata_dir = \"{data}\"\n\
             [mqtt]\nhost = \"{host}\"\nport = {port}\npassword = {{ file = \"{password}\" }}\n\
             [server]\nurl = \"{server}\"\nplan_poll_seconds = 0.2\n\
             [http]\nlisten = \"127.0.0.1:{http}\"\n\
             [[lane]]\nid = \"new-in\"\nname = \"new\"\ndirection = \"in\"\ndevice = \"new-in\"\n",
            data = this.folder.path().join("data").display(),
            host = system.mqtt().ip(),
            port = system.mqtt().port(),
            password = this.folder.path().join("password").display(),
            server = system.server(),
            http = this.http,
        );
        std::fs::write(this.config(), text).unwrap();
        this
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("gateway.toml")
    }

    fn credential(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join("data/credential.json")).ok()
    }

    async fn call(&self, arguments: &[&str], code: &str) -> Output {
        let here = std::env::current_exe().unwrap();
        let program = here.ancestors().nth(2).map(|folder: &Path| folder.join("gateway")).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).arg("--config").arg(self.config());
        command.env("GATEWAY_ENROLMENT_CODE", code).output().await.unwrap()
    }

    async fn verdict(&self, check: &str) -> String {
        let output = self.call(&["self-test", "--json", "--wait-seconds", "0"], "").await;
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let line = checks.iter().find(|line| line["check"] == check).unwrap();
        format!("{}: {}", line["verdict"].as_str().unwrap(), line["found"].as_str().unwrap())
    }
}

async fn a_box_enrols_with_a_code_and_renews_its_credential(system: Arc<TestSystem>) {
    let garage = GarageId::parse("yuyuan-block").unwrap();
    let new = NewBox::new(&system, &garage);
    let wrong = new.call(&["enroll"], "AAAAA-AAAAA").await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("does not know this code"));
    assert!(new.verdict("server").await.starts_with("failed"));
    let code = enrolment::create_code(system.app(), &garage).await.unwrap().code;
    let enrolled = new.call(&["enroll"], &code).await;
    assert!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));
    for check in ["configuration", "data folder", "outbox", "clock", "server", "broker"] {
        let verdict = new.verdict(check).await;
        assert!(verdict.starts_with("ok: "), "{check}: {verdict}");
    }
    let first = new.credential();
    let mut gateway = TestProgram::named("gateway").args(["run", "--config"]).args([new.config()]).start();
    gateway.ready(([127, 0, 0, 1], new.http).into(), PATIENCE).await;
    enrolment::renew(system.app(), &garage).await.unwrap();
    wait::until(PATIENCE, "the credential is renewed", async || {
        let now = new.credential()?;
        (Some(&now) != first.as_ref() && !now.contains("next")).then_some(())
    })
    .await;
    assert!(new.verdict("server").await.starts_with("ok: "));
    assert!(gateway.stop(PATIENCE).await.success());
}
