//! The shipped lists beside PyPI's `chinesecalendar`, which other people take from the State Council's notices by hand.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::calendar::site::CalendarSite;

const FIRST: &str = "2024-01-01";
const LAST: &str = "2026-12-31";

/// Pip needs a network when it comes for the first time; `cargo xtask test` does that before the tests.
fn compared(printed: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/calendar/chinesecalendar.py");
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chinesecalendar");
    let mut python = Command::new("python3");
    python.arg(script).arg("compare").arg(venv).args([FIRST, LAST]);
    python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = python.spawn().expect("python3 runs; `cargo xtask test` installs it");
    running.stdin.take().unwrap().write_all(printed.as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

/// One test: two at once would make the environment at once.
#[test]
fn every_day_of_the_shipped_years_is_what_an_independent_package_says() {
    let printed = CalendarSite::new().done(&["calendar", "--from", FIRST, "--to", LAST]);
    let output = compared(&printed);
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{error}");
    assert_eq!(said.trim(), "1096 days agree");

    let holiday = r#""date":"2026-10-07","kind":"holiday""#;
    assert!(printed.contains(holiday));
    let forged = printed.replace(holiday, r#""date":"2026-10-07","kind":"workday""#);
    let output = compared(&forged);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "a difference is found");
    assert!(error.contains("1 days differ") && error.contains("2026-10-07"), "{error}");
}
