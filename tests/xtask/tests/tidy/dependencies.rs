//! Licences and sources of dependencies, by the policy in `deny.toml`, which `cargo deny` reads too.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::repository::{files, none, root};

#[derive(Deserialize)]
struct DependencyPolicy {
    licenses: LicensePolicy,
    sources: SourcePolicy,
}

#[derive(Deserialize)]
struct LicensePolicy {
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct SourcePolicy {
    allow_registry: Vec<String>,
}

#[derive(Deserialize)]
struct DependencyGraph {
    packages: Vec<DependencyPackage>,
}

#[derive(Deserialize)]
struct DependencyPackage {
    name: String,
    version: String,
    license: Option<String>,
    /// Absent for crates of this repository.
    source: Option<String>,
}

fn policy() -> DependencyPolicy {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap()
}

/// All packages of the lock file that a build for Linux can use, without ours.
fn dependencies() -> Vec<DependencyPackage> {
    let listed = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let graph: DependencyGraph = serde_json::from_slice(&listed.stdout).unwrap();
    let packages: Vec<_> = graph.packages.into_iter().filter(|package| package.source.is_some()).collect();
    assert!(packages.len() > 100, "the dependencies are found");
    packages
}

#[test]
fn licences_and_sources_follow_the_policy() {
    let policy = policy();
    let allowed: Vec<Licensee> =
        policy.licenses.allow.iter().map(|text| Licensee::parse(text).unwrap()).collect();
    let mut faults = Vec::new();
    for package in dependencies() {
        let (name, version) = (&package.name, &package.version);
        let license = package.license.as_deref().unwrap_or_default();
        let is_allowed = Expression::parse_mode(license, ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|wanted| allowed.iter().any(|license| license.satisfies(wanted)))
        });
        if !is_allowed {
            faults.push(format!("{name} {version}: licence `{license}`"));
        }
        let source = package.source.unwrap_or_default();
        if !policy.sources.allow_registry.iter().any(|registry| source == format!("registry+{registry}")) {
            faults.push(format!("{name} {version}: source `{source}`"));
        }
    }
    none("dependencies that the policy does not allow", &faults);
}

/// By which name sources use a package.
fn crate_name(package: &str) -> String {
    match package {
        "md-5" => "md5".to_owned(),
        _ => package.replace('-', "_"),
    }
}

/// A dependency in `Cargo.toml` whose crate no source of that package names.
#[test]
fn each_dependency_is_used() {
    let mut faults = Vec::new();
    for manifest in files("Cargo.toml") {
        let Some(folder) = manifest.path.strip_suffix("/Cargo.toml") else { continue };
        let parsed: toml::Table = toml::from_str(&manifest.text).unwrap();
        let sources: String = files(".rs")
            .into_iter()
            .filter(|file| file.path.starts_with(&format!("{folder}/")))
            .map(|file| file.text)
            .collect();
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        let names: BTreeSet<_> = sections
            .iter()
            .filter_map(|section| parsed.get(*section)?.as_table())
            .flat_map(toml::Table::keys)
            .collect();
        for name in names {
            let path = crate_name(name);
            let is_named =
                [format!("{path}::"), format!("use {path};"), format!("{path}!"), format!("use {path} as")]
                    .iter()
                    .any(|text| sources.contains(text.as_str()));
            if !is_named {
                faults.push(format!("{}: {name}", manifest.path));
            }
        }
    }
    none("dependencies that no source names", &faults);
}
