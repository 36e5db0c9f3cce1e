//! A barrier that stays up.

use domain::access::{AccessDecision, DenialReason, OverrideReason};
use domain::ids::DeviceId;
use protocol::mqtt::{ControllerStatus, EventKind, MqttTopic};
use testkit::wait;

use crate::controller::{Controller, SOON, plate, unread};
use crate::district::garage;
use crate::site::{PARENT, Site};

async fn says(site: &Site, gate: &Controller, held_open: bool) {
    let at = plate("x", PARENT).occurred_at;
    let status = ControllerStatus { v: 1, at, firmware: None, pending_events: 0, held_open };
    let topic = MqttTopic::Status(garage(), DeviceId::parse("in").unwrap()).to_string();
    gate.publish(&topic, false, serde_json::to_vec(&status).unwrap()).await;
    wait::until(SOON, "the lane's state at the server", async || {
        site.district.books(|books| {
            let lanes = &books.last.as_ref()?.status.lanes;
            let lane = lanes.iter().find(|lane| lane.lane.as_str() == "in")?;
            (lane.held_open_since.is_some() == held_open).then_some(())
        })
    })
    .await;
}

#[tokio::test]
async fn every_car_counts_that_is_read_at_a_barrier_that_stays_up_and_none_after() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    says(&site, &gate, true).await;
    let decision = async |event: protocol::mqtt::ControllerEvent| {
        gate.send(&event).await;
        gate.command(event.event_id.as_str()).await.decision
    };
    for event in [plate("e1", "鲁B99999"), unread("e2")] {
        let AccessDecision::Open { because, audience, .. } = decision(event).await else {
            panic!("it is up")
        };
        assert_eq!((because, audience), (Some(OverrideReason::HeldOpen), None));
    }
    // A permitted car is admitted under its permit, so the teacher is notified.
    let AccessDecision::Open { because, audience, .. } = decision(plate("e3", PARENT)).await else {
        panic!()
    };
    assert!(because.is_none() && audience.is_some());
    says(&site, &gate, false).await;
    assert_eq!(decision(plate("e4", "鲁B99999")).await, AccessDecision::refuse(DenialReason::UnknownPlate));
    site.district.has(4).await;
    let plate = EventKind::Plate;
    assert_eq!(site.counted(), [(plate, 1, None), (plate, 1, None), (plate, 1, None), (plate, 0, None)]);
}
