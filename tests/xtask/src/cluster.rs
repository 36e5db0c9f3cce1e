//! The PostgreSQL of a test run: testkit's own binary starts it, prints its URL, and stops with this process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// The variable from which the tests read their cluster's URL.
pub(crate) const URL_VARIABLE: &str = "TEST_POSTGRES_URL";

/// Runs until dropped. If this process is killed, the cluster's input ends and it stops.
pub(crate) struct TaskCluster {
    child: Child,
    pub url: String,
}

impl TaskCluster {
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("its output is a pipe")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        match line.trim() {
            "" => bail!("PostgreSQL did not start; the reason is above ({})", child.wait()?),
            url => Ok(Self { url: url.to_owned(), child }),
        }
    }
}

impl Drop for TaskCluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
