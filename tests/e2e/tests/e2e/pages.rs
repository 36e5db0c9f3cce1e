//! The pages in a real browser, on the demo as a visitor has it: with its own traffic.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::district::DistrictKind;
use e2e::phone::PATIENCE;
use e2e::system::{SystemForm, SystemSetup, TestSystem};
use testkit::progress;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// Limit for one test of a page, as in `browser.mjs`: a dismissal has to come round while the browser watches, on a busy machine.
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

/// One page's file. Each of its tests has a deadline, and is reported as it ends.
async fn run(file: &Path, system: &TestSystem, answers: &Path) {
    let (name, started) = (file.file_name().unwrap().to_string_lossy().into_owned(), Instant::now());
    progress::report(&format!("page {name}"));
    let mut node = Command::new("node");
    node.arg("--test-reporter=spec").arg(file).env("ANSWERS", answers);
    node.env("BASE_URL", system.people()).env("SERVER_URL", system.server());
    node.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = node.spawn().expect("node runs; `cargo xtask test` installs it");
    let mut errors = child.stderr.take().unwrap();
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        let _ = errors.read_to_string(&mut text).await;
        text
    });
    let output = follow(&name, &mut child).await;
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.expect("node ends").unwrap();
    assert!(status.success(), "{name}:\n{output}\n{}", errors.await.unwrap());
    progress::report(&format!("page {name}: passed in {:.1} s", started.elapsed().as_secs_f64()));
}

/// Reports each line as it comes, and returns all of them.
async fn follow(name: &str, child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut output = String::new();
    loop {
        // The file itself ends a test that takes too long, and names it.
        let line = tokio::time::timeout(LONGEST + PATIENCE, lines.next_line()).await;
        let Ok(line) = line else { panic!("{name}: no test ended within {LONGEST:?}; so far:\n{output}") };
        let Some(line) = line.unwrap() else { return output };
        if line.starts_with(['✔', '✖']) {
            progress::report(&format!("page {name}: {line}"));
        }
        output.push_str(&line);
        output.push('\n');
    }
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
