//! Our own binaries as an operator would run them: started, checked for readiness, signalled, killed.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::log::ProcessLog;
use crate::{signal, wait};

/// A file that Cargo has built, beside the running test or bench.
pub(crate) fn beside(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("this program has a path");
    let beside = here.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    beside.unwrap_or_else(|| here.with_file_name(name))
}

/// A program with its arguments; can be started many times.
#[derive(Debug, Clone)]
pub struct TestProgram {
    path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl TestProgram {
    /// A program at a path, such as `env!("CARGO_BIN_EXE_gateway")`.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        assert!(path.exists(), "{} is not built: run `cargo build --workspace --bins --lib`", path.display());
        Self { path, arguments: Vec::new(), environment: Vec::new() }
    }

    /// A binary of this workspace, found beside the running test or bench.
    pub fn named(name: &str) -> Self {
        Self::at(beside(name))
    }

    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts it; its output goes to a file that is shown when the test fails.
    pub fn start(&self) -> TestProcess {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = self.path.file_name().expect("a program has a name").to_string_lossy();
        let log = ProcessLog::new(&name, folder.path());
        let child = self.spawn(&log);
        TestProcess { program: self.clone(), _folder: folder, log, child }
    }

    fn spawn(&self, log: &ProcessLog) -> std::process::Child {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(log.stdio()).stderr(log.stdio());
        command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", self.path.display()))
    }
}

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct TestProcess {
    program: TestProgram,
    _folder: TempDir,
    log: ProcessLog,
    child: std::process::Child,
}

impl TestProcess {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The output of all its runs.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Waits until `/readyz` at `address` answers 200; panics if the process ends before.
    pub async fn ready(&mut self, address: SocketAddr, deadline: Duration) {
        let what = format!("{} is ready", self.program.path.display());
        wait::until(deadline, &what, async || {
            if let Some(status) = self.ended() {
                panic!("{} ended with {status} instead of becoming ready", self.program.path.display());
            }
            (status_of(address, "/readyz").await? == 200).then_some(())
        })
        .await;
    }

    /// Waits until it ends by itself.
    pub async fn exit(&mut self, deadline: Duration) -> ExitStatus {
        let what = format!("{} ends", self.program.path.display());
        wait::until(deadline, &what, async || self.ended()).await
    }

    /// Sends SIGTERM and returns the exit status; panics if it takes longer than `deadline`.
    pub async fn stop(&mut self, deadline: Duration) -> ExitStatus {
        signal::send("TERM", self.child.id());
        self.exit(deadline).await
    }

    /// Kills the process with SIGKILL, as a crash would.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Starts it again with the same arguments; ends a process that still runs.
    pub fn restart(&mut self) {
        self.kill9();
        self.child = self.program.spawn(&self.log);
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the process can be asked")
    }
}

impl Drop for TestProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.log.show_if_panicking();
    }
}

/// Sends one GET by hand: its status, or `None` without an answer. Saves every test crate an HTTP client.
pub async fn status_of(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let head = String::from_utf8_lossy(&answer);
    head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
