//! It burns: everything is open until it is over.

use domain::access::AccessDecision;
use domain::time::Clock;
use protocol::mqtt::{ControllerCommand, ControllerCommandKind, ControllerEvent, EventKind};
use protocol::uplink::UplinkRecordContent;
use serde_json::json;
use service::clock::SystemClock;
use simulator::camera::CameraCar;
use simulator::camera::posting::PostingMake;
use testkit::wait;

use crate::cameras::camera;
use crate::controller::{Controller, SOON, plate};
use crate::site::{PARENT, Site};

pub(crate) const STRANGER: &str = "鲁B99999";

pub(crate) fn signal(id: &str, kind: EventKind) -> ControllerEvent {
    ControllerEvent { kind, plate: None, ..plate(id, PARENT) }
}

pub(crate) fn ordered(gate: &Controller) -> Vec<ControllerCommand> {
    gate.heard(|heard| heard.commands.iter().filter(|c| c.order.is_some()).cloned().collect())
}

pub(crate) async fn opened(gate: &Controller, times: usize) -> Vec<ControllerCommand> {
    wait::until(SOON, "the lane to be opened", async || {
        Some(ordered(gate)).filter(|commands| commands.len() >= times)
    })
    .await
}

#[tokio::test]
async fn a_fire_opens_every_lane_again_and_again_and_for_every_car_until_it_is_over() {
    let site = Site::open().await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    exit.send(&signal("f1", EventKind::Fire)).await;
    exit.acked("f1", 1).await;
    for gate in [&entry, &exit] {
        let commands = opened(gate, 2).await;
        assert_ne!(commands[0].order, commands[1].order, "none is repeated");
        assert!(
            commands
                .iter()
                .all(|c| (c.command, c.decision) == (ControllerCommandKind::Open, AccessDecision::fire()))
        );
    }
    entry.send(&plate("e1", STRANGER)).await;
    let command = entry.command("e1").await;
    assert_eq!((command.command, command.decision), (ControllerCommandKind::Open, AccessDecision::fire()));
    assert_eq!(command.display.text, "火警 请勿驶入");
    exit.send(&signal("f2", EventKind::FireOver)).await;
    exit.acked("f2", 1).await;
    entry.send(&plate("e2", STRANGER)).await;
    assert_eq!(entry.command("e2").await.command, ControllerCommandKind::Show);
    site.district.has(4).await;
    let kinds = site.district.books(|books| {
        let kind = |what: &UplinkRecordContent| match what {
            UplinkRecordContent::Event(event) => (event.kind, event.delta),
            UplinkRecordContent::DeadLetter(_) => panic!("a dead letter"),
        };
        books.records.iter().map(|(_, record)| kind(&record.content)).collect::<Vec<_>>()
    });
    let plate = EventKind::Plate;
    assert_eq!(kinds, [(EventKind::Fire, 0), (plate, 1), (EventKind::FireOver, 0), (plate, 0)]);
}

#[tokio::test]
async fn a_gateway_that_starts_in_the_middle_of_a_fire_goes_on() {
    let mut site = Site::open().await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    entry.send(&signal("f1", EventKind::Fire)).await;
    opened(&exit, 1).await;
    wait::until(SOON, "the fire's file", async || {
        std::fs::read(site.outbox().with_file_name("fire.json")).ok()
    })
    .await;
    site.kill().await;
    let before = ordered(&exit).len();
    site.start().await;
    opened(&exit, before + 1).await;
    entry.send(&plate("e1", STRANGER)).await;
    assert_eq!(entry.command("e1").await.decision, AccessDecision::fire());
}

#[tokio::test]
async fn the_input_of_a_camera_may_be_the_fire_alarm() {
    let site = Site::with_cameras().await;
    let barrier = site.barrier.as_ref().unwrap();
    let zhenshi = camera(&site, PostingMake::Zhenshi, "zhenshi");
    let input = |value: u8| {
        let result = json!({ "TriggerResult": { "source": 3, "value": value } });
        json!({ "AlarmGioIn": { "serialno": "zhenshi-1", "result": result } }).to_string().into_bytes()
    };
    let now = SystemClock.now();
    assert!(!zhenshi.sees(CameraCar::at_the_gate(STRANGER, now)).await.unwrap().opens());
    assert_eq!(zhenshi.post(input(1)).await.unwrap().status, 200);
    wait::until(SOON, "those that are asked to be asked", async || {
        (barrier.asked().len() >= 2).then_some(())
    })
    .await;
    assert!(zhenshi.sees(CameraCar::at_the_gate(STRANGER, now)).await.unwrap().opens());
    let other = camera(&site, PostingMake::Hikvision, "hikvision");
    assert!(other.sees(CameraCar::at_the_gate(STRANGER, now)).await.unwrap().settles());
    // With what became of its barrier.
    let told = site.tells("hikvision", 2).await;
    assert_eq!(told[0].decision, Some(AccessDecision::fire()));
    assert_eq!(zhenshi.post(input(0)).await.unwrap().status, 200);
    assert!(!zhenshi.sees(CameraCar::at_the_gate("鲁B77777", now)).await.unwrap().opens());
}
