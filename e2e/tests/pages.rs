//! The pages in a real browser, on the demo as a visitor has it: with its own traffic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::district::Place;
use e2e::system::{Form, Setup, System};
use tokio::process::Command;

/// A dismissal has to come round while the browser watches.
const LONGEST: Duration = Duration::from_secs(360);

#[test]
fn the_pages_work_in_a_browser() {
    e2e::run(async {
        let setup = Setup { dismissal: Some(60), ..Setup::new(Form::Standalone, Place::Demo) };
        let system = System::start(setup).await;
        let mut node = Command::new("node");
        node.arg("--test").args(tests()).env("BASE_URL", system.people()).env("SERVER_URL", system.server());
        let running = node.kill_on_drop(true).output();
        let output = tokio::time::timeout(LONGEST, running).await.expect("the pages' tests end in time");
        let output = output.expect("node runs; `cargo xtask test` installs it");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}\n{err}");
        system.stop().await;
    });
}

fn tests() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut tests: Vec<PathBuf> =
        files.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    tests.sort();
    assert!(!tests.is_empty());
    tests
}
