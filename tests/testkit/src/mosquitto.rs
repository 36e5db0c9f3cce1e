//! Debian's Mosquitto on a loopback port of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::log::ProcessLog;
use crate::{port, signal, wait};

/// Debian's path; it is not in the `PATH` of ordinary users.
const PROGRAM: &str = "/usr/sbin/mosquitto";

#[derive(Debug, Clone, Default)]
pub struct MosquittoConfig {
    /// The whole ACL file.
    pub acl: Option<String>,
    /// The whole password file; see [`password_file`]. Without one the broker accepts anonymous clients.
    pub passwords: Option<String>,
    /// Whether sessions and retained messages outlive a restart.
    pub persistence: bool,
    /// More lines for mosquitto.conf.
    pub extra: String,
    /// A fixed port, for clients whose configuration is written before the broker runs; otherwise a free one.
    pub port: Option<u16>,
}

/// A running broker; killed when dropped.
#[derive(Debug)]
pub struct MosquittoBroker {
    folder: TempDir,
    port: u16,
    log: ProcessLog,
    child: Child,
}

impl MosquittoBroker {
    /// Returns once the broker accepts connections.
    pub fn start(conf: MosquittoConfig) -> Self {
        let folder = tempfile::Builder::new().prefix("mosquitto-").tempdir().expect("a temporary folder");
        let port = conf.port.unwrap_or_else(port::free);
        write(folder.path(), port, &conf);
        let log = ProcessLog::new("mosquitto", folder.path());
        let child = spawn(folder.path(), &log);
        let mut broker = Self { folder, port, log, child };
        broker.wait_until_ready();
        broker
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The broker's output so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Kills the broker with SIGKILL: it cannot save or disconnect.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the broker can be killed");
        self.child.wait().expect("the broker ends");
    }

    /// Starts again on the same port with the same files; ends a broker that still runs.
    pub fn restart(&mut self) {
        self.kill9();
        self.child = spawn(self.folder.path(), &self.log);
        self.wait_until_ready();
    }

    /// Replaces the ACL file and makes the running broker read it again. The effect comes at the broker's next loop: poll for it.
    pub fn reload_acl(&self, acl: &str) {
        fs::write(self.folder.path().join("acl"), acl).expect("the ACL file is written");
        assert!(signal::send("HUP", self.child.id()), "the broker runs");
    }

    fn wait_until_ready(&mut self) {
        let address = self.address();
        wait::until_blocking(wait::PATIENCE, "mosquitto takes connections", || {
            if let Some(status) = self.child.try_wait().expect("the broker can be asked") {
                panic!("mosquitto ended with {status}\n{}", self.log.tail());
            }
            TcpStream::connect(address).ok()
        });
    }
}

impl Drop for MosquittoBroker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.log.show_if_panicking();
    }
}

fn write(folder: &Path, port: u16, conf: &MosquittoConfig) {
    let path = |name: &str| folder.join(name).display().to_string();
    // `user root`: as root it would become a user that cannot read this folder; others ignore the line.
    // `set_tcp_nodelay`: without it a relay takes 40 ms at 100 messages a second.
    let mut lines = vec![
        format!("listener {port} 127.0.0.1"),
        "user root".to_owned(),
        "set_tcp_nodelay true".to_owned(),
        "log_dest stderr".to_owned(),
        "log_timestamp_format %Y-%m-%dT%H:%M:%S".to_owned(),
        format!("allow_anonymous {}", conf.passwords.is_none()),
        format!("persistence {}", conf.persistence),
        format!("persistence_location {}/", folder.display()),
    ];
    if let Some(acl) = &conf.acl {
        fs::write(path("acl"), acl).expect("the ACL file is written");
        lines.push(format!("acl_file {}", path("acl")));
    }
    if let Some(passwords) = &conf.passwords {
        fs::write(path("passwords"), passwords).expect("the password file is written");
        lines.push(format!("password_file {}", path("passwords")));
    }
    lines.push(conf.extra.clone());
    fs::write(path("mosquitto.conf"), lines.join("\n") + "\n").expect("mosquitto.conf is written");
}

fn spawn(folder: &Path, log: &ProcessLog) -> Child {
    let conf = folder.join("mosquitto.conf");
    let mut command = Command::new(PROGRAM);
    command.arg("-c").arg(conf).stdin(Stdio::null()).stdout(log.stdio()).stderr(log.stdio());
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("{PROGRAM} does not start ({error}); `cargo xtask test` installs it"),
    }
}

/// The content of a password file for `(user, password)`, hashed by `mosquitto_passwd`.
pub fn password_file<'a>(users: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("passwords");
    let clear: String = users.into_iter().map(|(user, password)| format!("{user}:{password}\n")).collect();
    fs::write(&path, clear).expect("the password file is written");
    let done = Command::new("mosquitto_passwd").arg("-U").arg(&path).status();
    let done = done.expect("mosquitto_passwd runs; `cargo xtask test` installs it");
    assert!(done.success(), "mosquitto_passwd ended with {done}");
    fs::read_to_string(&path).expect("the password file is read")
}
