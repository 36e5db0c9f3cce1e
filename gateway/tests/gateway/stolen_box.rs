//! The box, or its disk, is stolen: what the server has is in none of the box's files any more. What stays readable is
//! what the gate needs without the server: the access plan and events that the server does not have.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use domain::access::Audience;
use domain::plate::Plate;
use testkit::wait;

use crate::controller::{Controller, SOON, plate};
use crate::machine::Machine;

/// Enough for a tree of several levels in the outbox's file.
const CARS: usize = 400;

/// In the access plan of every machine of these tests: the last part of the parent's plate.
const PLANNED: &str = "B12345";

fn car(number: usize) -> String {
    format!("C{number:05}")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn is_in_a_file(folder: &Path, text: &str) -> bool {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    // A file may be removed between the list and the read.
    files(folder).iter().any(|path| fs::read(path).is_ok_and(|bytes| holds(&bytes)))
}

async fn gone(folder: &Path, texts: &[String]) {
    wait::until(SOON, "no file has an acknowledged plate", async || {
        let left = texts.iter().filter(|text| is_in_a_file(folder, text)).count();
        (left == 0).then_some(())
    })
    .await;
}

/// A box that takes a flood of events.
async fn machine() -> Machine {
    let machine = Machine::new().await;
    let mut config = fs::OpenOptions::new().append(true).open(machine.config()).unwrap();
    config.write_all(b"\n[limits]\nevents_per_second = 100000\n").unwrap();
    machine
}

async fn sends(gate: &Controller, cars: std::ops::Range<usize>) {
    for number in cars.clone() {
        gate.send(&plate(&format!("e{number}"), &format!("鲁{}", car(number)))).await;
    }
    for number in cars {
        gate.acked(&format!("e{number}"), 1).await;
    }
}

#[tokio::test]
async fn a_stolen_box_shows_no_plate_of_an_event_that_the_server_has() {
    let machine = machine().await;
    let data = machine.folder.path().join("data");
    let mut gateway = machine.gateway().await;
    let gate = machine.device("in").await;
    machine.network.cut();
    sends(&gate, 0..CARS).await;
    // A dead letter's excerpt holds a plate as well.
    let odd =
        r#"{"event_id":"odd","kind":"鲁C99998","plate":"鲁C99999","occurred_at":"2026-11-29T00:00:00Z"}"#;
    gate.publish(&gate.event_topic(), false, odd).await;
    let cars: Vec<String> = (0..CARS).map(car).chain(["C99999".to_owned()]).collect();
    wait::until(SOON, "they wait on the disk", async || is_in_a_file(&data, "C99999").then_some(())).await;
    machine.network.pass();
    machine.district.as_ref().unwrap().has(CARS + 1).await;
    sends(&gate, CARS..CARS + 1).await;
    machine.district.as_ref().unwrap().has(CARS + 2).await;
    gateway.kill9();
    let mut gateway = machine.gateway().await;
    gone(&data, &cars).await;
    assert!(is_in_a_file(&data, PLANNED), "the gate needs the plan without the server");
    assert!(gateway.stop(SOON).await.success());
    gone(&data, &cars).await;
    assert!(!gateway.log().contains("C9999"), "{}", gateway.log());
}

#[tokio::test]
async fn a_running_box_forgets_a_plan_that_was_replaced() {
    let machine = machine().await;
    let data = machine.folder.path().join("data");
    let mut gateway = machine.gateway().await;
    wait::until(SOON, "the plan is stored", async || is_in_a_file(&data, PLANNED).then_some(())).await;
    machine.district.as_ref().unwrap().books(|books| {
        let plan = &mut books.plan.plan;
        plan.capacity += 1;
        plan.permits = [(Plate::parse("鲁D54321").unwrap(), [Audience::Pickup].into())].into();
    });
    wait::until(SOON, "the next plan is stored", async || is_in_a_file(&data, "D54321").then_some(())).await;
    gone(&data, &[PLANNED.to_owned()]).await;
    assert!(gateway.stop(SOON).await.success());
}

#[tokio::test]
async fn the_files_of_a_box_are_its_owners_alone_also_those_of_an_earlier_version() {
    let machine = machine().await;
    let data = machine.folder.path().join("data");
    let mut gateway = machine.gateway().await;
    // A file that is renamed between the list and the look has no mode.
    let mode = |path: &Path| fs::metadata(path).ok().map(|found| found.permissions().mode() & 0o777);
    let private = || {
        assert_eq!(mode(&data), Some(0o700));
        for file in files(&data) {
            assert!(matches!(mode(&file), Some(0o600) | None), "{}", file.display());
        }
    };
    private();
    gateway.kill9();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    for file in files(&data) {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let mut gateway = machine.gateway().await;
    private();
    assert!(gateway.stop(SOON).await.success());
    private();
}
