//! `standalone demo` in a temporary folder.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;
use testkit::port;
use testkit::process::{TestProcess, TestProgram};

use super::passwords::DevicePasswords;
use super::{START, STOP, SystemAddresses, SystemPart, SystemSetup};
use crate::district::DistrictKind;

pub(super) struct StandaloneSystem {
    child: TestProcess,
    folder: TempDir,
    secrets: DemoSecrets,
}

/// Secrets that the demo writes at its first start.
#[derive(Deserialize)]
struct DemoSecrets {
    data_key: [u8; 32],
}

impl StandaloneSystem {
    pub(super) async fn start(setup: SystemSetup) -> (Self, SystemAddresses) {
        let folder = tempfile::Builder::new().prefix("demo-").tempdir().expect("a temporary folder");
        if let Some(released) = setup.released {
            released.unpack_demo(folder.path());
        }
        let base = port::free_block(4);
        let at = |step| SocketAddr::from((Ipv4Addr::LOCALHOST, base + step));
        let cameras = (setup.place == DistrictKind::DemoWithCamera).then(|| at(3));
        let doors = SystemAddresses { people: at(0), server: at(1), mqtt: at(2), cameras };
        let mut child = program(setup, folder.path().into(), base).start();
        ready(&mut child, &doors).await;
        let secrets = std::fs::read(folder.path().join("secrets.json")).expect("the demo's secrets");
        let secrets = serde_json::from_slice(&secrets).expect("the demo's secrets are JSON");
        (Self { child, folder, secrets }, doors)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn database(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("server.sqlite").display())
    }

    pub(super) const fn data_key(&self) -> [u8; 32] {
        self.secrets.data_key
    }

    /// Reads the passwords as the README describes: one file per user.
    pub(super) fn passwords(&self) -> DevicePasswords {
        let files = std::fs::read_dir(self.folder.path().join("devices")).expect("the demo's passwords");
        let one = |entry: std::io::Result<std::fs::DirEntry>| {
            let entry = entry.expect("a file");
            let password = std::fs::read_to_string(entry.path()).expect("a password");
            (entry.file_name().to_string_lossy().into_owned(), password.trim().to_owned())
        };
        DevicePasswords(files.map(one).collect())
    }

    pub(super) fn service_token(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("service.token"))
            .expect("the service token")
            .trim()
            .to_owned()
    }

    pub(super) fn log(&self) -> String {
        self.child.log()
    }

    pub(super) fn kill9(&mut self, part: SystemPart) {
        self.check(part);
        self.child.kill9();
    }

    pub(super) async fn restart(&mut self, part: SystemPart, doors: &SystemAddresses) {
        self.check(part);
        self.child.restart();
        ready(&mut self.child, doors).await;
    }

    pub(super) async fn terminate(&mut self) {
        let status = self.child.stop(STOP).await;
        assert!(status.success(), "the standalone process ended with {status}");
    }

    fn check(&self, part: SystemPart) {
        assert_eq!(part, SystemPart::Standalone, "the standalone form is one process ({})", self.child.id());
    }
}

fn program(setup: SystemSetup, data: PathBuf, base: u16) -> TestProgram {
    let program = TestProgram::named("standalone").args(["demo", "--quiet", "--data"]).args([data]);
    let program = program.args(["--port-base".to_owned(), base.to_string()]);
    let program = match setup.dismissal {
        Some(seconds) => program.args(["--dismissal".to_owned(), seconds.to_string()]),
        None => program.args(["--no-traffic"]),
    };
    match setup.place {
        DistrictKind::Demo => program,
        DistrictKind::DemoWithCamera => program.args(["--camera-port".to_owned(), (base + 3).to_string()]),
        DistrictKind::Uniform { schools, classes, cars } => {
            program.args(["--uniform".to_owned(), format!("{schools},{classes},{cars}")])
        }
    }
}

async fn ready(child: &mut TestProcess, doors: &SystemAddresses) {
    child.ready(doors.server, START).await;
    child.ready(doors.people, START).await;
}
