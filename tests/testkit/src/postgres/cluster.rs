//! A cluster in a temporary folder, with PostgreSQL's durable default settings: crash tests rely on them.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::log::ProcessLog;
use crate::{port, signal, wait};

/// Debian keeps each version's programs here and none of them in the `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";
const USER: &str = "postgres";

/// A running cluster; stopped and removed when dropped.
#[derive(Debug)]
pub struct PostgresCluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    log: ProcessLog,
    child: Child,
}

impl PostgresCluster {
    /// Creates and starts a cluster; takes one to two seconds.
    pub fn start() -> Self {
        let programs = newest_version();
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir().expect("a temporary folder");
        give_to_postgres(folder.path());
        let log = ProcessLog::new("postgres", folder.path());
        init(&programs, folder.path(), &log);
        let port = port::free();
        let child = spawn(&programs, folder.path(), port, &log);
        let mut cluster = Self { folder, programs, port, log, child };
        cluster.wait_until_ready();
        cluster
    }

    /// URL of the maintenance database, as superuser, without a password.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server as a crash would; its backends notice and exit.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }

    /// Starts again on the same port with the same data; returns after recovery.
    pub fn restart(&mut self) {
        self.stop();
        self.child = spawn(&self.programs, self.folder.path(), self.port, &self.log);
        self.wait_until_ready();
    }

    /// Waits for readiness. After a kill the start is repeated: an orphaned backend can hold the shared memory for a moment.
    fn wait_until_ready(&mut self) {
        let port = self.port.to_string();
        let what = "PostgreSQL takes connections";
        wait::until_blocking(wait::PATIENCE, what, || {
            if self.child.try_wait().expect("the server can be asked").is_some() {
                assert!(self.log.text().contains("is still in use"), "{}", self.log.tail());
                self.child = spawn(&self.programs, self.folder.path(), self.port, &self.log);
            }
            let mut ask = Command::new(self.programs.join("pg_isready"));
            let status = ask.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().expect("pg_isready runs");
            status.success().then_some(())
        });
    }

    /// Fast shutdown: ends all sessions and waits for none of them.
    fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) || !signal::send("INT", self.child.id()) {
            return;
        }
        wait::until_blocking(wait::PATIENCE, "PostgreSQL stops", || {
            self.child.try_wait().expect("it can be asked")
        });
    }
}

impl Drop for PostgresCluster {
    fn drop(&mut self) {
        self.log.show_if_panicking();
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        } else {
            self.stop();
        }
    }
}

fn newest_version() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let numbered =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry)));
    let usable = numbered.map(|(number, entry)| (number, entry.path().join("bin")));
    let newest = usable.filter(|(_, bin)| bin.join("initdb").exists()).max();
    newest.expect("PostgreSQL is in /usr/lib/postgresql; `cargo xtask test` installs it").1
}

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0
}

/// PostgreSQL refuses to run as root, so root gives the folder and the process to Debian's user for it.
fn give_to_postgres(folder: &Path) {
    if is_root() {
        chown(folder, Some(id_of("-u")), Some(id_of("-g"))).expect("the folder changes hands");
    }
}

fn id_of(flag: &str) -> u32 {
    let output = Command::new("id").args([flag, USER]).output().expect("id runs");
    let text = String::from_utf8(output.stdout).expect("id prints a number");
    text.trim().parse().expect("there is a user `postgres`; Debian's package makes it")
}

fn program(path: PathBuf) -> Command {
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
    command
}

fn init(programs: &Path, folder: &Path, log: &ProcessLog) {
    let mut command = program(programs.join("initdb"));
    command.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username", USER]);
    command.arg("-D").arg(folder.join("data")).current_dir(folder);
    let status = command.stdin(Stdio::null()).stdout(log.stdio()).stderr(log.stdio()).status();
    assert!(status.expect("initdb runs").success(), "{}", log.tail());
}

fn spawn(programs: &Path, folder: &Path, port: u16, log: &ProcessLog) -> Child {
    let mut command = program(programs.join("postgres"));
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]).current_dir(folder);
    // No socket in the shared folder of the machine's own PostgreSQL; many test processes, each with a pool or two.
    let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=500"];
    settings.iter().for_each(|setting| {
        command.args(["-c", setting]);
    });
    command.stdin(Stdio::null()).stdout(log.stdio()).stderr(log.stdio());
    command.spawn().expect("postgres starts")
}
