//! The server is away, forgets its answer, or refuses.

use testkit::wait;

use protocol::mqtt::ControllerCommandKind;

use crate::controller::{SOON, pass, plate};
use crate::district::Mood;
use crate::site::{PARENT, Site};

async fn send_many(site: &Site, count: usize) {
    let gate = site.controller("in").await;
    for i in 0..count {
        gate.send(&plate(&format!("e{i}"), PARENT)).await;
    }
    for i in 0..count {
        gate.acked(&format!("e{i}"), 1).await;
        assert!(!gate.commands_for(&format!("e{i}")).is_empty());
    }
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("e{i}")).collect()
}

#[tokio::test]
async fn without_the_server_the_gate_works_and_later_all_arrives_once_in_order() {
    let site = Site::open().await;
    site.district.mood(Mood::Away);
    send_many(&site, 600).await;
    assert!(site.district.event_ids().is_empty());
    site.ready(200).await;
    site.district.mood(Mood::Well);
    site.district.has(600).await;
    site.district.assert_in_order();
    // 107 spaces, so the rest was refused; every event is there all the same.
    assert_eq!(site.district.event_ids(), ids(600));
}

#[tokio::test]
async fn beside_a_backlog_the_newest_parent_is_told_first() {
    let site = Site::open().await;
    site.district.mood(Mood::Away);
    // 107 get in; more than one batch, so that one who comes now is far behind.
    send_many(&site, 1200).await;
    let out = site.controller("out").await;
    out.send(&pass("out-1")).await;
    out.acked("out-1", 1).await;
    let gate = site.controller("in").await;
    gate.send(&plate("now", PARENT)).await;
    gate.acked("now", 1).await;
    assert_eq!(gate.command("now").await.command, ControllerCommandKind::Open);
    site.district.mood(Mood::Well);
    site.district.has(1202).await;
    site.district.assert_in_order();
    let ahead = site.district.books(|b| b.ahead.clone());
    assert_eq!(ahead.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["now"], "once, and no old one");
    let (behind, _) = ahead[0];
    assert!(behind <= 500, "with the first batch, not behind {behind} records");
}

#[tokio::test]
async fn a_lost_receipt_brings_the_same_places_again_and_nothing_twice() {
    let site = Site::open().await;
    site.district.mood(Mood::Forgetful);
    send_many(&site, 20).await;
    site.district.has(20).await;
    site.district.mood(Mood::Well);
    let gate = site.controller("out").await;
    gate.send(&plate("last", PARENT)).await;
    site.district.has(21).await;
    site.district.assert_in_order();
}

#[tokio::test]
async fn what_the_server_refuses_is_kept_and_sent_again() {
    let site = Site::open().await;
    site.district.mood(Mood::Refusing);
    send_many(&site, 3).await;
    site.ready(200).await;
    site.district.mood(Mood::Well);
    site.district.has(3).await;
    assert_eq!(site.district.event_ids(), ids(3));
}

#[tokio::test]
async fn a_server_that_was_put_back_to_an_older_state_gets_all_that_comes_after() {
    let site = Site::open().await;
    send_many(&site, 5).await;
    site.district.has(5).await;
    let gate = site.controller("out").await;
    gate.send(&plate("before", PARENT)).await;
    site.district.has(6).await;
    // By the next record the gateway has the acknowledgement of all; then the server forgets the last four.
    site.district.books(|b| b.records.truncate(2));
    gate.send(&plate("after", PARENT)).await;
    wait::until(SOON, "the new record", async || {
        site.district.event_ids().contains(&"after".to_owned()).then_some(())
    })
    .await;
    let (old, new) = site.district.books(|b| (b.records[0].0.clone(), b.records[2].0.clone()));
    assert_ne!(old, new);
}
