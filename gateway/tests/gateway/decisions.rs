//! What happens at the gate when all is well.

use domain::access::{AccessDecision, DenialReason};
use protocol::mqtt::{ControllerCommandKind, ControllerEvent};
use protocol::uplink::UplinkRecordContent;

use crate::controller::plate;
use crate::site::{PARENT, Site};

#[tokio::test]
async fn a_parent_is_let_in_and_the_event_is_acknowledged_and_sent_on() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    let command = gate.command("e1").await;
    assert_eq!(command.command, ControllerCommandKind::Open);
    assert_eq!(command.display.text, "欢迎接学生 请入场");
    gate.acked("e1", 1).await;
    site.district.has(1).await;
    let (_, record) = site.district.books(|b| b.records[0].clone());
    let UplinkRecordContent::Event(event) = record.content else { panic!("a dead letter") };
    assert_eq!((record.seq, event.delta, event.offline), (1, 1, false));
}

#[tokio::test]
async fn an_unknown_plate_is_shown_the_reason_and_recorded() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    gate.send(&plate("e1", "鲁B99999")).await;
    let command = gate.command("e1").await;
    assert_eq!(command.command, ControllerCommandKind::Show);
    assert_eq!(command.decision, AccessDecision::refuse(DenialReason::UnknownPlate));
    gate.acked("e1", 1).await;
    gate.send(&plate("e2", "_无_")).await;
    assert_eq!(
        gate.command("e2").await.decision,
        AccessDecision::Review { reason: DenialReason::UnreadPlate }
    );
    site.district.has(2).await;
}

#[tokio::test]
async fn a_repeated_event_is_acknowledged_again_and_does_nothing_else() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let event = plate("e1", PARENT);
    gate.send(&event).await;
    gate.acked("e1", 1).await;
    gate.send(&ControllerEvent { age_ms: 2_000, ..event }).await;
    gate.acked("e1", 2).await;
    // One behind it has gone the whole way, so nothing of the second copy is still to come.
    gate.send(&plate("e2", PARENT)).await;
    gate.command("e2").await;
    site.district.has(2).await;
    assert_eq!(gate.commands_for("e1").len(), 1);
    assert_eq!(site.district.event_ids(), ["e1", "e2"]);
}

#[tokio::test]
async fn an_event_that_was_kept_too_long_is_recorded_but_opens_nothing() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let mut late = plate("e1", PARENT);
    late.age_ms = 60_000;
    gate.send(&late).await;
    gate.acked("e1", 1).await;
    // A message that the broker keeps for new subscribers is of unknown age.
    let retained = serde_json::to_vec(&plate("e2", PARENT)).unwrap();
    site.district.has(1).await;
    assert!(gate.commands_for("e1").is_empty());
    gate.publish(&gate.event_topic(), true, retained).await;
    gate.command("e2").await;
}

#[tokio::test]
async fn a_message_that_the_broker_kept_opens_nothing() {
    let mut site = Site::open().await;
    site.stop().await;
    let gate = site.controller("in").await;
    let retained = serde_json::to_vec(&plate("e1", PARENT)).unwrap();
    gate.publish(&gate.event_topic(), true, retained).await;
    site.start().await;
    gate.acked("e1", 1).await;
    assert!(gate.commands_for("e1").is_empty());
}
