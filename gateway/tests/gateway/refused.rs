//! Garbage on the broker becomes dead letters and harms no other client.

use protocol::mqtt::{ControllerCommandKind, RejectCode};
use protocol::uplink::UplinkRecordContent;

use crate::controller::plate;
use crate::site::{PARENT, Site};

fn codes(site: &Site) -> Vec<RejectCode> {
    let code = |what: &UplinkRecordContent| match what {
        UplinkRecordContent::DeadLetter(letter) => Some(letter.code),
        UplinkRecordContent::Event(_) => None,
    };
    site.district.books(|b| b.records.iter().filter_map(|(_, r)| code(&r.content)).collect())
}

#[tokio::test]
async fn bad_messages_become_dead_letters_and_good_ones_go_on() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let topic = gate.event_topic();
    let mut ancient = plate("old", PARENT);
    ancient.occurred_at = domain::time::Timestamp::parse("2001-01-01T00:00:00Z").unwrap();
    gate.publish(&topic, false, "hello").await;
    gate.publish(&topic, false, vec![0xff; 300]).await;
    gate.publish(&topic, false, vec![b' '; 20_000]).await;
    gate.send(&ancient).await;
    gate.publish(&topic, false, r#"{"event_id":"f","kind":"dance"}"#).await;
    gate.send(&plate("good", PARENT)).await;
    gate.acked("good", 1).await;
    site.district.has(7).await;
    use RejectCode as R;
    assert_eq!(codes(&site), [R::NotJson, R::NotJson, R::TooLarge, R::ImpossibleTime, R::Field]);
    // A clock that cannot be is no reason to lose a car.
    gate.acked("old", 1).await;
    assert_eq!(gate.command("old").await.command, ControllerCommandKind::Open);
    let events = site.told("in");
    let old = events.iter().find(|event| event.event_id.as_str() == "old").unwrap();
    assert!(old.time_replaced && old.occurred_at > ancient.occurred_at);
}

#[tokio::test]
async fn a_device_that_no_lane_has_is_a_dead_letter_and_gets_no_answer() {
    let site = Site::open().await;
    let stranger = site.controller("stranger").await;
    stranger.send(&plate("e1", PARENT)).await;
    site.district.has(1).await;
    assert_eq!(codes(&site), [RejectCode::UnknownDevice]);
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    assert!(stranger.heard(|h| h.acks.is_empty() && h.commands.is_empty()));
}

#[tokio::test]
async fn a_device_cannot_speak_on_another_ones_topic() {
    let site = Site::open().await;
    let stranger = site.controller("stranger").await;
    let gate = site.controller("in").await;
    let forged = serde_json::to_vec(&plate("forged", PARENT)).unwrap();
    stranger.publish(&gate.event_topic(), false, forged).await;
    // The broker handles a client's messages in order: behind this one the forged one has been dropped.
    stranger.send(&plate("own", PARENT)).await;
    site.district.has(1).await;
    assert!(gate.commands_for("forged").is_empty());
    assert!(site.district.event_ids().is_empty());
}

#[tokio::test]
async fn a_flood_of_garbage_does_not_fill_the_disk() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    for _ in 0..100 {
        gate.publish(&gate.event_topic(), false, "garbage").await;
    }
    gate.send(&plate("good", PARENT)).await;
    gate.acked("good", 1).await;
    site.district.has(21).await;
    assert_eq!(codes(&site).len(), 20);
}
