//! The garage's only box is dead, or does not know the time.

use std::time::Duration;

use domain::access::{AccessDecision, Audience, DenialReason, OverrideReason};
use domain::time::Clock;
use protocol::alarm::GatewayAlarmKind;
use protocol::mqtt::ControllerCommandKind;
use service::clock::SystemClock;
use simulator::camera::CameraCar;
use simulator::camera::posting::PostingMake;
use testkit::wait;

use crate::cameras::camera;
use crate::controller::{SOON, plate};
use crate::site::{PARENT, Site};

/// A clock of 1970 by the gateway, whatever the machine's is.
const YEARS_IN_HOURS: i64 = 56 * 365 * 24;

#[tokio::test]
async fn while_the_gateway_is_dead_a_camera_opens_by_its_own_list_and_its_cars_count_afterwards() {
    let mut site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Zhenshi, "zhenshi");
    site.stop().await;
    let at = SystemClock.now();
    assert!(
        camera.sees(CameraCar::at_the_gate(PARENT, at)).await.is_err(),
        "the camera sees that no server is there"
    );
    // By the maker's page: it opens by its white list, keeps the reading, and sends it when the server is back.
    let stored = camera.reading(CameraCar { kept: true, ..CameraCar::at_the_gate(PARENT, at) });
    site.start().await;
    site.served().await;
    let answer = camera.post(stored).await.unwrap();
    assert!(answer.settles() && !answer.opens(), "{answer:?}");
    let told = site.tells("zhenshi", 1).await;
    assert_eq!(told[0].delta, 1);
    assert!(told[0].happened_at <= at + SOON);
}

#[tokio::test]
async fn without_a_clock_standing_rights_hold_exits_open_and_events_say_how_old_they_are() {
    let mut site = Site::open().await;
    site.stop().await;
    site.clock.shift_hours(-YEARS_IN_HOURS);
    site.start().await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    let mut parent = plate("parent", PARENT);
    parent.occurred_at = site.clock.now();
    entry.send(&parent).await;
    assert!(matches!(
        entry.command("parent").await.decision,
        AccessDecision::Open {
            audience: Some(Audience::Pickup),
            because: Some(OverrideReason::ClockUntrusted),
            ..
        }
    ));
    entry.send(&plate("stranger", "京A99999")).await;
    assert_eq!(
        entry.command("stranger").await.decision,
        AccessDecision::Review { reason: DenialReason::ClockUntrusted }
    );
    exit.send(&plate("leaves", "京A99999")).await;
    assert_eq!(exit.command("leaves").await.command, ControllerCommandKind::Open);
    let told = site.tells("in", 2).await;
    let uncertain = told[0].uncertain_time.clone().unwrap();
    let age = Duration::from_millis(uncertain.age_ms.unwrap());
    assert!(age < SOON, "sent {age:?} after it happened");
    let alarm = wait::until(SOON, "the clock's alarm", async || {
        let alarms = site.district.books(|books| Some(books.last.as_ref()?.status.alarms.clone()))?;
        alarms.into_iter().find(|alarm| alarm.kind == GatewayAlarmKind::ClockUntrusted)
    })
    .await;
    assert!(alarm.detail.contains("1970"), "{alarm:?}");
    // The clock is set: everything is as usual.
    site.clock.shift_hours(YEARS_IN_HOURS);
    entry.send(&plate("again", PARENT)).await;
    assert!(matches!(
        entry.command("again").await.decision,
        AccessDecision::Open { audience: Some(Audience::Pickup), because: None, .. }
    ));
    assert!(site.tells("in", 3).await[2].uncertain_time.is_none());
}
