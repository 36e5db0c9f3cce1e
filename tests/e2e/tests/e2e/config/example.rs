//! The example files of the repository, with the secrets that they name.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::process::TestProgram;

pub(super) const EXAMPLES: [&str; 3] = ["server", "gateway", "miniapp-api"];

/// 32 bytes in base64, as `server new-key` makes them.
const DATA_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The example's box has a credential of its own instead.
pub(super) const TOKEN: &str = "# token = { file = \"/etc/parking-gateway/token\" }";

pub(super) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A copy of an example file, whose secret files exist.
pub(super) struct Example {
    binary: &'static str,
    folder: TempDir,
}

impl Example {
    pub(super) fn of(binary: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(repository(&format!("{binary}/{binary}.example.toml"))).unwrap();
        let example = Self { binary, folder };
        let lines: Vec<String> = text.lines().map(|line| example.with_its_secret(line)).collect();
        fs::write(example.path(), lines.join("\n")).unwrap();
        example
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(format!("{}.toml", self.binary))
    }

    /// Makes the file of `{ file = "..." }` in this folder, under its own last name.
    fn with_its_secret(&self, line: &str) -> String {
        let Some((head, rest)) = line.split_once("{ file = \"").filter(|_| !line.starts_with('#')) else {
            return line.to_owned();
        };
        let (path, tail) = rest.split_once('"').unwrap();
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        let value = match name {
            "data.key" => DATA_KEY,
            "database.url" => "postgres://parking:PASSWORD@db.internal/parking",
            _ => "0123456789abcdef",
        };
        format!("{head}{{ file = \"{}\"{tail}", self.write(name, value))
    }

    /// Writes a file that only its owner can read; returns its path.
    pub(super) fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    /// Replaces what must be there, once.
    pub(super) fn change(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path()).unwrap();
        assert!(text.contains(from), "{from} in the example of {}", self.binary);
        fs::write(self.path(), text.replacen(from, to, 1)).unwrap();
    }

    /// Changes the example's production values to this folder.
    pub(super) fn on_this_machine(&self) {
        match self.binary {
            "server" => {
                let database = self.folder.path().join("server.sqlite");
                self.write("database.url", &format!("sqlite:{}", database.display()));
            }
            "gateway" => {
                let data = self.folder.path().join("data").display().to_string();
                self.change("/var/lib/parking-gateway", &data);
                let token = self.write("token", "0123456789abcdef");
                self.change(TOKEN, &format!("token = {{ file = \"{token}\" }}"));
            }
            _ => {}
        }
    }

    /// `run` or `check-config`.
    pub(super) fn command(&self, command: &str) -> TestProgram {
        self.with(&[command])
    }

    /// Any command of the binary, with this configuration.
    pub(super) fn with(&self, arguments: &[&str]) -> TestProgram {
        let config = self.path().display().to_string();
        TestProgram::named(self.binary).args(arguments).args(["--config", &config])
    }
}
