//! A folder with a key and a configuration on SQLite, in which the binary's commands are run.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(super) struct CalendarSite(TempDir);

const CONFIG: &str = r#"
[database]
url = "sqlite:HERE/main.db"
[secrets]
data_key = { file = "HERE/data.key" }
[http]
listen = "127.0.0.1:0"
public_url = "http://127.0.0.1:8480"
"#;

impl CalendarSite {
    pub(super) fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        assert_eq!(site.run(&["new-key", "--out", "data.key"]).status.code(), Some(0));
        site.write("server.toml", &CONFIG.replace("HERE", &site.0.path().display().to_string()));
        site
    }

    pub(super) fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(file);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).current_dir(self.0.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        command.output().unwrap()
    }

    #[track_caller]
    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The error output for wrong input.
    #[track_caller]
    pub(super) fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        error
    }
}
