//! The log file of a started server, shown when a test fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

/// Enough to see the last requests and the error after them.
const TAIL_LINES: usize = 60;

#[derive(Debug)]
pub(crate) struct ProcessLog {
    name: String,
    path: PathBuf,
}

impl ProcessLog {
    pub(crate) fn new(name: &str, folder: &Path) -> Self {
        Self { name: name.to_owned(), path: folder.join(format!("{name}.log")) }
    }

    /// Opens the file for appending, so that one file has the output of all of a server's runs.
    pub(crate) fn stdio(&self) -> Stdio {
        let file = File::options().create(true).append(true).open(&self.path);
        Stdio::from(file.expect("the log file opens"))
    }

    pub(crate) fn text(&self) -> String {
        fs::read(&self.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    pub(crate) fn tail(&self) -> String {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        let shown = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        format!("--- last lines of {} ---\n{}\n---", self.name, shown.join("\n"))
    }

    /// Prints the log's tail if the test is panicking; call it when the server is dropped.
    pub(crate) fn show_if_panicking(&self) {
        if thread::panicking() {
            eprintln!("{}", self.tail());
        }
    }
}
