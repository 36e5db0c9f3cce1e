//! The README's example, word for word, with Debian's MQTT clients: a controller that is not ours.

use std::process::Stdio;

use domain::pickup::PickupPhase;
use e2e::district::DistrictKind;
use e2e::phone::PATIENCE;
use e2e::system::{SystemForm, SystemSetup, TestSystem};
use testkit::wait;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::scene::{id, school, teacher_of};

/// The stanzas of the example: passwords, listening, in, out.
fn stanzas(port: u16) -> [String; 4] {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let section = text.split("## Drive a car in yourself").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let parts: Vec<String> =
        block.split("\n\n").map(|part| part.trim().replace("8802", &port.to_string())).collect();
    parts.try_into().expect("four stanzas")
}

/// Beside a folder `data`, as after `cargo run -- demo`.
fn shell(system: &TestSystem, script: &str) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(system.data(), folder.path().join("data")).unwrap();
    let mut command = Command::new("bash");
    command.args(["-euc", script]).current_dir(folder.path()).kill_on_drop(true);
    (folder, command)
}

async fn run(system: &TestSystem, script: &str) {
    let (_folder, mut command) = shell(system, script);
    let status = tokio::time::timeout(PATIENCE, command.status()).await.expect("it ends in time");
    assert!(status.unwrap().success(), "{script}");
}

/// The first terminal.
struct Terminal {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Terminal {
    /// With `-d`, which reports the subscription, line by line; `exec`, so that ending it ends the client.
    async fn open(system: &TestSystem, passwords: &str, listen: &str) -> Self {
        let listen = listen.replacen("mosquitto_sub", "exec stdbuf -oL mosquitto_sub -d", 1);
        let (_folder, mut command) = shell(system, &format!("{passwords}\n{listen}"));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("bash runs");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut terminal = Self { lines, _child: child };
        terminal.shows(&["Subscribed"]).await;
        terminal
    }

    /// Reads until a line has all of `words`.
    async fn shows(&mut self, words: &[&str]) {
        let reading = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the client runs");
                if words.iter().all(|word| line.contains(word)) {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, reading).await;
        assert!(in_time.is_ok(), "nothing with {words:?}");
    }
}

#[test]
fn the_readmes_car_drives_in_and_out() {
    e2e::run(async {
        let system = TestSystem::start(SystemSetup::new(SystemForm::Standalone, DistrictKind::Demo)).await;
        let [passwords, listen, enter, leave] = stanzas(system.mqtt().port());
        let class = id("haifeng-1-1");
        let mut stream = teacher_of(&system, &class).await.follow(&class, None).await.unwrap();
        let console = system.operator("operator").await;
        let inside = async |count: i64| {
            wait::until(PATIENCE, &format!("{count} cars are inside"), async || {
                (console.garage(&school()).await.occupied == Some(count)).then_some(())
            })
            .await;
        };
        let mut terminal = Terminal::open(&system, &passwords, &listen).await;
        inside(0).await;

        run(&system, &format!("{passwords}\n{enter}")).await;
        terminal.shows(&["try-in/command", "\"command\":\"open\"", "鲁B88888"]).await;
        terminal.shows(&["try-in/ack", "\"event_ids\":[\"in-"]).await;
        let shown = stream.arrival(|arrival| arrival.pupil == "王小满").await;
        assert_eq!(shown.phase, PickupPhase::Waiting);
        inside(1).await;

        run(&system, &format!("{passwords}\n{leave}")).await;
        stream.arrival(|arrival| arrival.id == shown.id && arrival.car_left_at.is_some()).await;
        inside(0).await;
        system.stop().await;
    });
}
