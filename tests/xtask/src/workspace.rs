//! Where this repository and its build products are.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

pub(crate) use xtask::repository::root;

/// Variables that `cargo run` sets for the program that it runs. Build scripts of some dependencies (`ring`) read them and run
/// again when they change, which recompiles half of the workspace.
const SET_BY_CARGO_RUN: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// The cargo that runs us, in the root.
pub(crate) fn cargo(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root()?);
    for (name, _) in std::env::vars_os() {
        if SET_BY_CARGO_RUN.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    Ok(command)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildProfile {
    Debug,
    /// Optimised in little time: the demo.
    Release,
    /// Optimised as what is installed: the benches.
    Dist,
}

/// A binary of ours, made by `cargo build --workspace --bins --lib`.
pub(crate) fn binary(profile: BuildProfile, name: &str) -> Result<PathBuf> {
    let folder = match profile {
        BuildProfile::Debug => "debug",
        BuildProfile::Release => "release",
        BuildProfile::Dist => "dist",
    };
    let path = target()?.join(folder).join(name);
    match path.is_file() {
        true => Ok(path),
        false => bail!("this workspace has no binary `{name}`"),
    }
}

/// Builds every binary at once: separate builds would compile some dependencies again with fewer features.
pub(crate) fn build_binaries(profile: BuildProfile) -> Result<Command> {
    match profile {
        BuildProfile::Debug => cargo(&["build", "--workspace", "--bins", "--lib"]),
        BuildProfile::Release => cargo(&["build", "--workspace", "--bins", "--lib", "--release"]),
        BuildProfile::Dist => cargo(&["build", "--workspace", "--bins", "--lib", "--profile", "dist"]),
    }
}

#[derive(Deserialize)]
struct CargoMetadata {
    target_directory: PathBuf,
    packages: Vec<CargoPackage>,
}

#[derive(Deserialize)]
struct CargoPackage {
    targets: Vec<CargoTarget>,
}

#[derive(Deserialize)]
struct CargoTarget {
    name: String,
    kind: Vec<String>,
}

/// Cargo's target folder.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(metadata()?.target_directory)
}

/// The names of all integration-test binaries.
pub(crate) fn integration_tests() -> Result<Vec<String>> {
    let targets = metadata()?.packages.into_iter().flat_map(|package| package.targets);
    Ok(targets.filter(|target| target.kind == ["test"]).map(|target| target.name).collect())
}

fn metadata() -> Result<CargoMetadata> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"])?.output()?;
    serde_json::from_slice(&output.stdout).context("cargo metadata")
}
