//! Documents list what the code has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repository::{files, none, product_sources, root};

fn document(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The string literal that follows each of `openings`, where only blanks, digits and commas stand between.
fn first_literals(text: &str, openings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for opening in openings {
        for (at, _) in text.match_indices(opening) {
            let rest = &text[at + opening.len()..];
            let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_ascii_digit() || c == ',');
            let literal = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
            found.extend(literal.map(str::to_owned));
        }
    }
    found
}

fn listed(name: &str, document: &str) -> bool {
    document.contains(&format!("`{name}`"))
}

#[test]
fn every_error_code_is_in_the_api_document() {
    let api = document("docs/api.md");
    let mut codes = BTreeSet::new();
    for file in product_sources() {
        codes.extend(first_literals(&file.text, &["ProblemDetails::new(", "problem("]));
    }
    assert!(codes.len() > 50, "codes are found: {codes:?}");
    let missing = codes.into_iter().filter(|code| !listed(code, &api));
    none("docs/api.md lists every code", &missing.collect::<Vec<_>>());
}

#[test]
fn every_metric_is_in_the_list_of_metrics_and_every_listed_one_exists() {
    let list = document("docs/metrics.md");
    let mut metrics = BTreeSet::new();
    for file in product_sources() {
        metrics.extend(first_literals(&file.text, &["counter!(", "gauge!(", "histogram!("]));
    }
    metrics.retain(|name| !name.starts_with("telemetry_test"));
    assert!(metrics.len() > 50, "metrics are found: {metrics:?}");
    let missing = metrics.iter().filter(|name| !listed(name, &list)).cloned();
    none("docs/metrics.md lists every metric", &missing.collect::<Vec<_>>());
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let gone = rows.filter(|name| !metrics.contains(*name)).map(str::to_owned);
    none("a listed metric exists", &gone.collect::<Vec<_>>());
}

/// Targets of `[text](target)`, without those on the web.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = |target: &&str| !target.contains("://") && !target.starts_with("mailto:");
    targets.filter(local).map(str::to_owned).collect()
}

/// The anchor that the repository's host makes from a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for file in files(".md") {
        for link in links(&file.text) {
            let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => root().join(&file.path),
                path => root().join(&file.path).parent().unwrap().join(path),
            };
            let is_there = target.exists() && (fragment.is_empty() || has_heading(&target, fragment));
            if !is_there {
                broken.push(format!("{}: {link}", file.path));
            }
        }
    }
    none("links lead somewhere", &broken);
}

fn has_heading(document: &Path, fragment: &str) -> bool {
    let text = fs::read_to_string(document).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line.trim_start_matches('#')) == fragment)
}

#[test]
fn every_crate_is_in_the_architecture_document() {
    let architecture = document("ARCHITECTURE.md");
    let manifests = files("Cargo.toml").into_iter();
    let folders = manifests.filter_map(|file| file.path.strip_suffix("Cargo.toml").map(str::to_owned));
    let missing = folders.filter(|folder| !folder.is_empty() && !listed(folder, &architecture));
    none("ARCHITECTURE.md says what each crate is for", &missing.collect::<Vec<_>>());
}

#[test]
fn every_module_of_the_rules_is_in_their_list() {
    let rules = document("crates/domain/src/lib.rs");
    let modules = rules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let missing = modules.filter(|name| !rules.contains(&format!("- [`{name}`]"))).map(str::to_owned);
    none("the list at the top of `domain`", &missing.collect::<Vec<_>>());
}
