//! Open spaces on MQTT.

use protocol::mqtt::{ControllerStatus, MqttTopic, OpenSpaces};
use testkit::wait;

use domain::ids::DeviceId;
use domain::time::Clock;
use service::clock::SystemClock;

use crate::controller::{Controller, SOON, pass, plate};
use crate::district::{Mood, garage};
use crate::site::{PARENT, Site};

async fn shows(sign: &Controller, open: Option<u32>) -> OpenSpaces {
    wait::until(SOON, &format!("the sign shows {open:?}"), async || {
        sign.heard(|h| h.spaces.last().filter(|s| s.open == open && s.capacity == 107).cloned())
    })
    .await
}

#[tokio::test]
async fn a_sign_that_comes_late_sees_the_number_and_then_each_change() {
    let site = Site::open().await;
    site.district.books(|b| b.base = 7);
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    let sign = site.sign().await;
    shows(&sign, Some(99)).await;
    let out = site.controller("out").await;
    out.send(&plate("e2", PARENT)).await;
    out.acked("e2", 1).await;
    // Opened is not passed: the exit has a loop.
    out.send(&pass("e3")).await;
    shows(&sign, Some(100)).await;
}

#[tokio::test]
async fn a_started_gateway_shows_the_servers_count_without_waiting_for_a_car() {
    let mut site = Site::open().await;
    site.stop().await;
    site.district.books(|b| b.base = 17);
    site.start().await;
    let sign = site.sign().await;
    shows(&sign, Some(90)).await;
}

#[tokio::test]
async fn before_the_server_has_counted_there_is_no_number() {
    let mut site = Site::open().await;
    site.stop().await;
    std::fs::remove_dir_all(site.outbox().parent().unwrap()).unwrap();
    site.district.mood(Mood::Refusing);
    site.start().await;
    let sign = site.sign().await;
    let gate = site.controller("in").await;
    site.served().await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    shows(&sign, None).await;
    site.district.mood(Mood::Well);
    shows(&sign, Some(106)).await;
}

#[tokio::test]
async fn a_count_that_cannot_be_true_is_not_shown() {
    let site = Site::open().await;
    site.district.books(|b| b.base = 200);
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    let sign = site.sign().await;
    shows(&sign, None).await;
}

/// Also for a sign that comes later, to which the broker gives what it has kept.
#[tokio::test]
async fn when_the_gateway_is_gone_signs_have_no_data() {
    let mut site = Site::open().await;
    site.district.books(|b| b.base = 7);
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    let sign = site.sign().await;
    assert_eq!(shows(&sign, Some(99)).await.max_age_s, 180);
    site.stop().await;
    let gone = async |sign: &Controller| {
        wait::until(SOON, "the sign has no data", async || {
            sign.heard(|h| h.spaces.last().filter(|s| s.open.is_none() && s.capacity == 0).cloned())
        })
        .await
    };
    gone(&sign).await;
    gone(&site.sign().await).await;
    site.start().await;
    shows(&sign, Some(99)).await;
}

#[tokio::test]
async fn a_controllers_heartbeat_reaches_the_server() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let status = ControllerStatus {
        v: 1,
        at: SystemClock.now(),
        firmware: Some("7.1".into()),
        pending_events: 3,
        held_open: false,
    };
    let topic = MqttTopic::Status(garage(), DeviceId::parse("in").unwrap()).to_string();
    gate.publish(&topic, false, serde_json::to_vec(&status).unwrap()).await;
    gate.send(&plate("e1", PARENT)).await;
    site.district.has(1).await;
    let lanes = site.district.books(|b| b.last.clone().unwrap().status.lanes);
    assert_eq!((lanes[0].firmware.as_deref(), lanes[0].pending_events), (Some("7.1"), 3));
    assert!(lanes[0].last_seen_at.is_some() && lanes[1].last_seen_at.is_none());
}
