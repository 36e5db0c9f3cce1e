//! The disk is really full: the kernel refuses the server's writes. A limit on what the process may write to files does
//! that as a full file system does, for any user and on any machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::process::{TestProcess, TestProgram};
use testkit::wait::{PATIENCE, until};

/// A server on SQLite with a folder, an address and a service token.
struct FullDiskSite {
    folder: TempDir,
    address: SocketAddr,
    token: String,
}

impl FullDiskSite {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, testkit::port::free()));
        let site = Self { folder, address, token: String::new() };
        site.command(&["new-key", "--out", "data.key"]);
        let here = site.folder.path().display();
        let config = format!(
            "[database]\nurl = \"sqlite:{here}/main.db\"\n[secrets]\ndata_key = {{ file = \"{here}/data.key\" }}\n\
             [http]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\n"
        );
        std::fs::write(site.folder.path().join("server.toml"), config).unwrap();
        let token = site.command(&["service-token", "--name", "miniapp-api"]);
        Self { token: token.trim().to_owned(), ..site }
    }

    /// Its output; it must succeed.
    fn command(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        let output = command.args(arguments).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Beyond the limit the kernel would end a process; a full file system only returns an error.
    async fn server(&self) -> TestProcess {
        let script = "trap '' XFSZ; exec \"$0\" run --config \"$1\"";
        let config = self.folder.path().join("server.toml").display().to_string();
        let program = TestProgram::at("/bin/sh").args(["-c", script, env!("CARGO_BIN_EXE_server"), &config]);
        let mut server = program.start();
        server.ready(self.address, PATIENCE).await;
        server
    }

    /// A log-in: it creates a driver and a session.
    async fn log_in(&self, openid: &str) -> Response {
        let request = Client::new().post(format!("http://{}/internal/v1/sessions", self.address));
        let body = json!({ "openid": openid, "register": true });
        request.bearer_auth(&self.token).json(&body).send().await.unwrap()
    }

    async fn readiness(&self) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}/readyz", self.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn metric(&self, name: &str) -> f64 {
        let text =
            reqwest::get(format!("http://{}/metrics", self.address)).await.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

/// `0`: not one byte more.
fn room(server: &TestProcess, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &server.id().to_string(), &limit]).status();
    assert!(done.unwrap().success(), "prlimit of Debian's util-linux");
}

#[tokio::test]
async fn on_a_full_disk_the_server_answers_503_is_not_ready_and_recovers_by_itself() {
    let site = FullDiskSite::new();
    let mut server = site.server().await;
    let first = site.log_in("o-first").await;
    assert_eq!(first.status(), 201, "{}", first.text().await.unwrap());
    room(&server, "0");
    let refused = site.log_in("o-second").await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"3".parse().unwrap()));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "busy");
    until(PATIENCE, "the server is not ready", async || {
        let (status, why) = site.readiness().await;
        (status == 503 && why.contains("database")).then_some(())
    })
    .await;
    assert!(site.metric("database_storage_failures_total").await >= 1.0);
    assert!(site.metric("database_disk_free_bytes").await > 0.0);
    room(&server, "unlimited");
    until(PATIENCE, "the server is ready again", async || (site.readiness().await.0 == 200).then_some(()))
        .await;
    assert_eq!(site.log_in("o-second").await.status(), 201);
    assert!(server.stop(PATIENCE).await.success(), "it was never restarted");
}

#[tokio::test]
async fn the_files_of_the_database_are_the_owners_alone_also_those_of_an_earlier_version() {
    let site = FullDiskSite::new();
    let main = site.folder.path().join("main.db");
    std::fs::set_permissions(&main, std::fs::Permissions::from_mode(0o644)).unwrap();
    let _server = site.server().await;
    assert_eq!(site.log_in("o-first").await.status(), 201);
    for name in ["main.db", "main.db-wal", "main.db-shm"] {
        let mode = std::fs::metadata(site.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
