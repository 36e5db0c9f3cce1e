//! Gives the library `BUILD_REVISION`, the revision of the sources.
//!
//! The variable of the same name wins, for builds without a checkout. Else a release build reads the checkout's revision,
//! and runs again after each commit. A debug build does not: each commit would compile every crate above this one again.

use std::path::{Path, PathBuf};
use std::process::Command;

const VARIABLE: &str = "BUILD_REVISION";
const UNKNOWN: &str = "unknown";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let given = std::env::var(VARIABLE).ok().filter(|revision| !revision.is_empty());
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let revision = given.or_else(|| if is_release { checked_out() } else { None });
    println!("cargo::rustc-env={VARIABLE}={}", revision.as_deref().unwrap_or(UNKNOWN));
}

/// The revision of the checkout whose root is the workspace's: an archive that was unpacked inside another repository has
/// none.
fn checked_out() -> Option<String> {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).join("../..");
    if !root.join(".git").exists() {
        return None;
    }
    // HEAD changes with the branch, its log with each commit. Cargo runs this each time where a listed file is missing.
    for file in ["HEAD", "logs/HEAD"] {
        let path = root.join(git(&root, &["rev-parse", "--git-path", file])?);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(&root, &["rev-parse", "--short=12", "HEAD"])
}

/// Absent without git, and where git refuses the folder.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A hook's variables name the repository of the hook.
    command.args(arguments).current_dir(root).env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
