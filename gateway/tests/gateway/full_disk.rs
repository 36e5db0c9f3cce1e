//! The disk is really full: the kernel refuses the gateway's writes. A limit on what the process may write to files does that as a full
//! file system does, for any user and on any machine; it is lifted as a person would make room.

use std::process::Command;

use testkit::process::{TestProcess, TestProgram};

use crate::controller::{SOON, plate};
use crate::machine::Machine;
use crate::site::PARENT;

/// Beyond the limit the kernel would end a process; a full file system only returns an error.
fn told_only(machine: &Machine) -> TestProgram {
    let script = "trap '' XFSZ; exec \"$0\" run --config \"$1\"";
    let config = machine.config().display().to_string();
    let program = TestProgram::at("/bin/sh").args(["-c", script, env!("CARGO_BIN_EXE_gateway"), &config]);
    program.env("TOKEN", "token").env("PASSWORD", "secret")
}

/// `0`: not one byte more. The log, a file too, is as full as the rest.
fn room(gateway: &TestProcess, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &gateway.id().to_string(), &limit]).status();
    assert!(done.unwrap().success(), "prlimit of Debian's util-linux");
}

async fn metric(machine: &Machine, name: &str) -> f64 {
    let text = reqwest::get(format!("http://{}/metrics", machine.http)).await.unwrap().text().await.unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn on_a_full_disk_the_gate_opens_and_the_events_stay_with_their_controllers() {
    let machine = Machine::new().await;
    let mut gateway = machine.started(told_only(&machine)).await;
    let gate = machine.device("in").await;
    machine.network.cut();
    for car in 0..20 {
        gate.send(&plate(&format!("e{car}"), PARENT)).await;
        gate.acked(&format!("e{car}"), 1).await;
    }
    room(&gateway, "0");
    let waiting: Vec<_> = (20..60).map(|car| plate(&format!("e{car}"), PARENT)).collect();
    for event in &waiting {
        let id = event.event_id.to_string();
        gate.send(event).await;
        gate.command(&id).await;
        assert_eq!(gate.acks_of(&id), 0, "nothing is acknowledged that is not on disk");
    }
    machine.answers(503).await;
    assert!(metric(&machine, "outbox_failures_total").await >= 1.0);
    assert!(metric(&machine, "disk_free_bytes").await > 0.0);
    // Controllers go on sending what is not acknowledged; nothing opens twice.
    for event in &waiting {
        gate.send(event).await;
    }
    room(&gateway, "unlimited");
    for car in 20..60 {
        gate.acked(&format!("e{car}"), 1).await;
        assert_eq!(gate.commands_for(&format!("e{car}")).len(), 1);
    }
    machine.answers(200).await;
    machine.network.pass();
    let district = machine.district.as_ref().unwrap();
    district.has(60).await;
    district.assert_in_order();
    let mut ids = district.event_ids();
    ids.sort_by_key(|id| id[1..].parse::<u32>().unwrap());
    assert_eq!(ids, (0..60).map(|car| format!("e{car}")).collect::<Vec<_>>());
    assert!(gateway.stop(SOON).await.success(), "it was never restarted");
}

#[tokio::test]
async fn a_box_does_not_start_on_a_full_disk_and_does_once_there_is_room() {
    let machine = Machine::new().await;
    let mut gateway = machine.started(told_only(&machine)).await;
    let gate = machine.device("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    gateway.kill9();
    let script = "trap '' XFSZ; ulimit -S -f 0; exec \"$0\" run --config \"$1\"";
    let config = machine.config().display().to_string();
    let program = TestProgram::at("/bin/sh").args(["-c", script, env!("CARGO_BIN_EXE_gateway"), &config]);
    let mut gateway = program.env("TOKEN", "token").env("PASSWORD", "secret").start();
    assert_eq!(gateway.exit(SOON).await.code(), Some(1));
    let mut gateway = machine.gateway().await;
    gate.send(&plate("e2", PARENT)).await;
    gate.acked("e2", 1).await;
    assert!(gateway.stop(SOON).await.success());
}
