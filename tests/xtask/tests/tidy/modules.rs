//! Which modules may depend on which.

use xtask::measure::{ModuleGraph, ModuleLevel, crate_sources, product_code};

use crate::repository::none;

/// Crates whose modules form layers: no two of them need each other.
const LAYERED: [&str; 14] = [
    "server",
    "server/store",
    "gateway",
    "miniapp-api",
    "crates/domain",
    "crates/protocol",
    "crates/devices",
    "crates/service",
    "crates/standalone",
    "tests/bench",
    "tests/e2e",
    "tests/simulator",
    "tests/testkit",
    "tests/xtask",
];

#[test]
fn modules_form_no_circles() {
    let sources = product_code().unwrap();
    let mut faults = Vec::new();
    for folder in LAYERED {
        let files: Vec<_> = crate_sources(&sources, folder).collect();
        for level in [ModuleLevel::First, ModuleLevel::Second] {
            let graph = ModuleGraph::of(folder, &files, level);
            assert!(graph.modules.len() > 4 && graph.arrows() > 1, "the modules of {folder} are found");
            faults
                .extend(graph.circles().into_iter().map(|arrows| format!("{folder}: {}", arrows.join("; "))));
        }
    }
    none("circles between modules", &faults);
}
