//! The licence texts of the libraries that are part of the binary, which a distributor must pass on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{StaticLibc, output};
use crate::workspace::cargo;

/// How the names of licence files begin, in capitals.
const TEXT_NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

#[derive(Deserialize)]
struct LicensedGraph {
    packages: Vec<LicensedPackage>,
    resolve: ResolvedGraph,
}

#[derive(Deserialize)]
struct LicensedPackage {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
    /// Absent for crates of this repository.
    source: Option<String>,
}

#[derive(Deserialize)]
struct ResolvedGraph {
    nodes: Vec<ResolvedPackage>,
}

#[derive(Deserialize)]
struct ResolvedPackage {
    id: String,
    deps: Vec<ResolvedDependency>,
}

#[derive(Deserialize)]
struct ResolvedDependency {
    pkg: String,
    dep_kinds: Vec<ResolvedKind>,
}

#[derive(Deserialize)]
struct ResolvedKind {
    /// Absent for an ordinary dependency, else `dev` or `build`.
    kind: Option<String>,
}

/// Each text once, under the names of the packages that have it.
pub(super) fn third_party(libc: StaticLibc) -> Result<String> {
    let graph = linked_packages()?;
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for package in &graph {
        let LicensedPackage { name, version, license, .. } = package;
        let title = format!("{name} {version} ({})", license.as_deref().unwrap_or("no expression"));
        let found = licence_texts(package.manifest_path.parent().context("a manifest lies in a folder")?)?;
        if found.is_empty() {
            without.insert(title.clone());
        }
        for text in found {
            texts.entry(text).or_default().insert(title.clone());
        }
    }
    let mut page =
        format!("Libraries that are part of the gateway, and their licences.\n\n{}\n", libc.notice());
    page.push_str("The Rust standard library: MIT OR Apache-2.0, https://github.com/rust-lang/rust\n");
    writeln!(page, "\nWithout a text of its own:\n  {}", joined(&without))?;
    for (text, packages) in &texts {
        writeln!(page, "\n{}\n  {}\n\n{text}", "-".repeat(80), joined(packages))?;
    }
    Ok(page)
}

fn joined(titles: &BTreeSet<String>) -> String {
    titles.iter().map(String::as_str).collect::<Vec<_>>().join("\n  ")
}

fn linked_packages() -> Result<Vec<LicensedPackage>> {
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let graph: LicensedGraph =
        serde_json::from_str(&output(&mut cargo(&arguments)?)?).context("cargo metadata")?;
    let gateway = graph.packages.iter().find(|package| package.name == "gateway");
    let reached = reachable(&graph.resolve, &gateway.context("there is a gateway")?.id);
    let linked = |package: &LicensedPackage| package.source.is_some() && reached.contains(&package.id);
    Ok(graph.packages.into_iter().filter(linked).collect())
}

/// The packages that `from` needs to run.
fn reachable(graph: &ResolvedGraph, from: &str) -> BTreeSet<String> {
    let nodes: HashMap<&str, &ResolvedPackage> =
        graph.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(id) = next.pop() {
        if !reached.insert(id.to_owned()) {
            continue;
        }
        let dependencies = nodes.get(id).into_iter().flat_map(|node| &node.deps);
        let ordinary =
            dependencies.filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        next.extend(ordinary.map(|dependency| dependency.pkg.as_str()));
    }
    reached
}

fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && TEXT_NAMES.iter().any(|beginning| name.starts_with(beginning)) {
            let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            texts.push(String::from_utf8_lossy(&text).replace("\r\n", "\n").trim().to_owned());
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_and_build_scripts_need_is_left_out() {
        let graph = r#"{"nodes": [
            {"id": "gateway", "deps": [
                {"pkg": "linked", "dep_kinds": [{"kind": null}, {"kind": "dev"}]},
                {"pkg": "tested", "dep_kinds": [{"kind": "dev"}]},
                {"pkg": "built", "dep_kinds": [{"kind": "build"}]}]},
            {"id": "linked", "deps": [{"pkg": "gateway", "dep_kinds": [{"kind": null}]}]},
            {"id": "tested", "deps": []}, {"id": "built", "deps": []}]}"#;
        let reached = reachable(&serde_json::from_str(graph).unwrap(), "gateway");
        assert_eq!(reached.into_iter().collect::<Vec<_>>(), ["gateway", "linked"]);
    }
}
