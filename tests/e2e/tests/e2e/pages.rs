//! The pages in a real browser, on the demo as a visitor has it: with its own traffic.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::district::DistrictKind;
use e2e::system::{SystemForm, SystemSetup, TestSystem};
use tokio::process::Command;

/// Limit for one file of tests: a dismissal has to come round while the browser watches, on a busy machine.
const LONGEST: Duration = Duration::from_secs(300);

#[test]
fn the_pages_work_in_a_browser() {
    e2e::run(async {
        let setup = SystemSetup {
            dismissal: Some(60),
            ..SystemSetup::new(SystemForm::Standalone, DistrictKind::Demo)
        };
        let system = TestSystem::start(setup).await;
        let folder = tempfile::tempdir().unwrap();
        let answers = folder.path().join("answers.jsonl");
        for file in tests() {
            run(&file, &system, &answers).await;
        }
        system.stop().await;
        let differences = e2e::page_answers::differences(&answers);
        assert!(
            differences.is_empty(),
            "fakes answer otherwise than our API:\n  {}",
            differences.join("\n  ")
        );
    });
}

/// One file; the output names it, and how long it took.
async fn run(file: &Path, system: &TestSystem, answers: &Path) {
    let (name, started) = (file.file_name().unwrap().to_string_lossy().into_owned(), Instant::now());
    let mut node = Command::new("node");
    node.arg("--test").arg(file).env("ANSWERS", answers);
    node.env("BASE_URL", system.people()).env("SERVER_URL", system.server());
    let running = tokio::time::timeout(LONGEST, node.kill_on_drop(true).output()).await;
    let Ok(output) = running else { panic!("{name} did not end within {LONGEST:?}") };
    let output = output.expect("node runs; `cargo xtask test` installs it");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}:\n{out}\n{err}");
    println!("{name}: passed in {:.1} s", started.elapsed().as_secs_f64());
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
