//! What the tests need beyond Rust: Debian's packages. Missing ones are announced, then installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::steps::{TaskSteps, shown};

/// A package of Debian and the check for its presence, from whatever source.
struct DebianPackage {
    name: &'static str,
    why: &'static str,
    sign: PackageSign,
}

enum PackageSign {
    /// A program in the `PATH` or in the folders of the system's own programs.
    Program(&'static str),
    /// PostgreSQL keeps each version in a folder of its own.
    PostgresVersion,
    /// Debian's Python comes without the modules that make environments.
    PythonVenv,
    /// A file or folder.
    Path(&'static str),
}

const SERVERS: [DebianPackage; 2] = [
    DebianPackage {
        name: "postgresql",
        why: "the main database, for the contract tests and the separate processes",
        sign: PackageSign::PostgresVersion,
    },
    DebianPackage {
        name: "mosquitto",
        why: "a real MQTT broker, for the gateway and the separate processes",
        sign: PackageSign::Program("mosquitto"),
    },
];

const CLIENTS: [DebianPackage; 7] = [
    DebianPackage {
        name: "openssl",
        why: "makes a private certificate authority, for TLS to the server",
        sign: PackageSign::Program("openssl"),
    },
    DebianPackage {
        name: "mosquitto-clients",
        why: "MQTT clients that are not ours, for the end-to-end tests",
        sign: PackageSign::Program("mosquitto_pub"),
    },
    DebianPackage {
        name: "chromium",
        why: "the browser in which the pages are tested",
        sign: PackageSign::Program("chromium"),
    },
    DebianPackage {
        name: "fonts-noto-cjk",
        why: "Chinese letters, so that the pages' layout is tested as people see it",
        sign: PackageSign::Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    },
    DebianPackage { name: "nodejs", why: "runs the browser driver", sign: PackageSign::Program("node") },
    DebianPackage { name: "npm", why: "installs the browser driver", sign: PackageSign::Program("npm") },
    DebianPackage {
        name: "python3-venv",
        why: "runs and installs an independent calendar and ParkAPI's validators to compare with",
        sign: PackageSign::PythonVenv,
    },
];

const FEED_BENCH: [DebianPackage; 2] = [
    DebianPackage {
        name: "nginx",
        why: "serves the feed's bytes as a file, to compare with",
        sign: PackageSign::Program("nginx"),
    },
    DebianPackage { name: "wrk", why: "asks both as fast as they answer", sign: PackageSign::Program("wrk") },
];

/// What a person must install before the tests can run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    #[error("missing: {0}. Only root may install packages and there is no sudo; run this as root:\n  {1}")]
    NotRoot(String, String),
    #[error(
        "missing: {0}. There is no apt-get here; install what these Debian packages contain by other means"
    )]
    NoApt(String),
}

/// For benches and crash tests.
pub(crate) fn install_servers(steps: &mut TaskSteps) -> Result<()> {
    install(steps, SERVERS.iter().collect())
}

/// For the bench of the feed.
pub(crate) fn install_feed_bench(steps: &mut TaskSteps) -> Result<()> {
    install(steps, FEED_BENCH.iter().collect())
}

/// For all tests.
pub(crate) fn install_all(steps: &mut TaskSteps) -> Result<()> {
    install(steps, SERVERS.iter().chain(&CLIENTS).chain(&FEED_BENCH).collect())
}

fn install(steps: &mut TaskSteps, wanted: Vec<&DebianPackage>) -> Result<()> {
    let missing: Vec<&DebianPackage> = wanted.into_iter().filter(|package| !package.sign.is_here()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("The tests need packages that this machine does not have:");
    for package in &missing {
        eprintln!("  {:<18} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let prefix = privilege(&names)?;
    steps.run("install: read the package lists", &mut apt(&prefix, &["update", "-q"]))?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(&names);
    steps.run(&format!("install: {}", names.join(" ")), &mut apt(&prefix, &arguments))
}

/// The prefix of `apt-get`: none for root, `sudo` where there is one.
fn privilege(names: &[&str]) -> Result<Vec<&'static str>, InstallError> {
    if find("apt-get").is_none() {
        return Err(InstallError::NoApt(names.join(", ")));
    }
    match (is_root(), find("sudo")) {
        (true, _) => Ok(vec![]),
        (false, Some(_)) => Ok(vec!["sudo"]),
        (false, None) => {
            let by_hand =
                format!("apt-get update && apt-get install -y --no-install-recommends {}", names.join(" "));
            Err(InstallError::NotRoot(names.join(", "), by_hand))
        }
    }
}

/// `env` sets the variable behind `sudo` too; without it a package may show a prompt.
fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words).stdin(Stdio::null());
    eprintln!("    {}", shown(&command));
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

impl PackageSign {
    fn is_here(&self) -> bool {
        match self {
            Self::Program(name) => find(name).is_some(),
            Self::Path(path) => Path::new(path).exists(),
            Self::PythonVenv => {
                let output = Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
                output.is_ok_and(|output| output.status.success())
            }
            Self::PostgresVersion => {
                let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
                versions.into_iter().any(|version| version.path().join("bin/initdb").exists())
            }
        }
    }
}

/// Searches also folders outside an ordinary user's `PATH`: servers lie in `/usr/sbin`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")]);
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_seen_and_what_is_not_is_missed() {
        assert!(PackageSign::Program("sh").is_here());
        assert!(!PackageSign::Program("no-such-program-anywhere").is_here());
        assert!(PackageSign::Path("/").is_here());
        assert!(!PackageSign::Path("/no/such/path").is_here());
    }

    #[test]
    fn the_command_can_be_typed_by_hand() {
        let command = apt(&["sudo"], &["install", "-y", "mosquitto"]);
        assert_eq!(shown(&command), "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y mosquitto");
    }
}
