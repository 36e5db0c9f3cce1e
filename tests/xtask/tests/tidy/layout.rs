//! The layout of files.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{files, none};

#[test]
fn a_module_is_a_file_beside_its_folder() {
    let sources = files(".rs");
    let old = sources.iter().filter(|file| file.path.ends_with("/mod.rs")).map(|file| file.path.clone());
    none("a module is `x.rs` beside `x/`", &old.collect::<Vec<_>>());
    let attribute = concat!("#[", "path");
    let elsewhere = sources.iter().filter(|file| file.text.contains(attribute)).map(|file| file.path.clone());
    none("a module lies where its name says", &elsewhere.collect::<Vec<_>>());
}

#[test]
fn a_crate_has_at_most_one_integration_test_binary() {
    let mut binaries: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let manifests: Vec<String> = files("Cargo.toml").into_iter().map(|file| file.path).collect();
    for file in files(".rs") {
        let folder = |manifest: &String| manifest.strip_suffix("Cargo.toml").map(|at| format!("{at}tests/"));
        let home = manifests.iter().filter_map(folder).find(|tests| file.path.starts_with(tests.as_str()));
        // The root's `tests/` holds crates.
        let Some(home) = home.filter(|home| home != "tests/") else { continue };
        let binary = file.path.strip_prefix(&home).and_then(|rest| rest.split('/').next());
        binaries.entry(home).or_default().insert(binary.unwrap().to_owned());
    }
    assert!(!binaries.is_empty());
    let many = binaries.iter().filter(|(_, names)| names.len() > 1);
    none("one binary a crate", &many.map(|(home, names)| format!("{home}: {names:?}")).collect::<Vec<_>>());
}
