//! The server's command line, as its operator types it.

use testkit::process::TestProgram;

use crate::system::START;

/// `server` with one configuration file.
#[derive(Debug, Clone)]
pub struct ServerCommand {
    config: String,
}

impl ServerCommand {
    pub(super) const fn new(config: String) -> Self {
        Self { config }
    }

    pub(super) fn run(&self) -> TestProgram {
        TestProgram::named("server").args(["run", "--config", &self.config])
    }

    /// Runs a command with `--config` appended; returns its output.
    pub async fn call<const N: usize>(&self, arguments: [&str; N]) -> String {
        run(TestProgram::named("server").args(arguments).args(["--config", &self.config])).await
    }

    /// Runs a command that needs no configuration.
    pub(super) async fn plain<const N: usize>(&self, arguments: [&str; N]) -> String {
        run(TestProgram::named("server").args(arguments)).await
    }
}

/// Returns the output; panics with it if the command fails.
pub(super) async fn run(program: TestProgram) -> String {
    let mut child = program.start();
    let status = child.exit(START).await;
    assert!(status.success(), "{program:?} ended with {status}:\n{}", child.log());
    child.log()
}
