//! Programs run from outside, on one of our own: the one that runs PostgreSQL for a test run.

use std::time::Duration;

use testkit::process::TestProgram;
use testkit::wait;

const SOON: Duration = wait::PATIENCE;

/// `sh` stands in for a program of ours: only its start and end matter.
fn shell(script: &str) -> TestProgram {
    TestProgram::at("/bin/sh").args(["-c", script])
}

#[tokio::test]
async fn a_stop_is_a_sigterm_and_waits_for_the_end() {
    let mut child = shell("trap 'echo drained; exit 3' TERM; echo up; while :; do sleep 0.01; done").start();
    wait::until(SOON, "the trap is set", async || child.log().contains("up").then_some(())).await;
    assert_eq!(child.stop(SOON).await.code(), Some(3));
    assert!(child.log().contains("drained"));
}

#[tokio::test]
async fn a_kill_leaves_no_time_and_a_restart_goes_on_in_the_same_log() {
    let mut child = shell("trap 'echo drained' EXIT TERM; echo up; while :; do sleep 0.01; done").start();
    wait::until(SOON, "the first life", async || child.log().contains("up").then_some(())).await;
    child.restart();
    wait::until(SOON, "the second life", async || (child.log().matches("up").count() == 2).then_some(()))
        .await;
    assert!(!child.log().contains("drained"));
}

#[tokio::test]
#[should_panic(expected = "instead of becoming ready")]
async fn a_program_that_ends_early_is_said_at_once() {
    shell("exit 1").start().ready(([127, 0, 0, 1], testkit::port::free()).into(), SOON).await;
}

#[test]
fn the_test_cluster_ends_with_whoever_holds_its_input() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_test-postgres"));
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut url = String::new();
    let output = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut url).unwrap();
    assert!(url.starts_with("postgres://postgres@127.0.0.1:"), "{url}");
    drop(child.stdin.take());
    let status = wait::until_blocking(SOON, "the cluster ends", || child.try_wait().unwrap());
    assert!(status.success());
}
