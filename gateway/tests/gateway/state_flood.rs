//! A device that reports a state and its end in alternation, without a pause.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::{ControllerEvent, EventKind};
use protocol::uplink::UplinkRecordContent;
use testkit::wait;

use crate::controller::{Controller, SOON, plate};
use crate::fire::{STRANGER, signal};
use crate::site::Site;

/// Until each car of the other lane is through, and at least so many.
const LEAST: usize = 5_000;

async fn flood(gate: &Controller, [on, off]: [EventKind; 2], is_over: &AtomicBool) -> usize {
    let mut sent = 0;
    while sent < LEAST || !is_over.load(Ordering::Relaxed) {
        gate.send(&signal(&format!("s{sent}"), if sent % 2 == 0 { on } else { off })).await;
        sent += 1;
    }
    sent
}

/// A sound controller: it sends its event again until the gateway has it.
async fn car(gate: &Controller, id: &str) {
    let (event, begin) = (plate(id, STRANGER), Instant::now());
    wait::until(SOON, "the command of a car beside a flood", async || {
        let age_ms = u64::try_from(begin.elapsed().as_millis()).unwrap();
        if gate.commands_for(id).is_empty() {
            gate.send(&ControllerEvent { age_ms, ..event.clone() }).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        gate.commands_for(id).pop()
    })
    .await;
}

fn records_of(site: &Site, kinds: [EventKind; 2]) -> usize {
    site.district.books(|books| {
        let is_state = |content: &UplinkRecordContent| {
            matches!(content, UplinkRecordContent::Event(event) if kinds.contains(&event.kind))
        };
        books.records.iter().filter(|(_, record)| is_state(&record.content)).count()
    })
}

async fn a_flood_leaves_the_other_lane_and_the_disk_alone(kinds: [EventKind; 2]) -> (Site, Controller) {
    let (site, begin) = (Site::open().await, Instant::now());
    let (bad, sound) = (site.controller("in").await, site.controller("out").await);
    let is_over = AtomicBool::new(false);
    let cars = async {
        for n in 0..25 {
            car(&sound, &format!("e{n}")).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let (sent, ()) = tokio::join!(flood(&bad, kinds, &is_over), cars);
    assert!(sent >= LEAST);
    // The last report is acknowledged with the record into which it was merged.
    let last = signal("last", kinds[1]);
    wait::until(SOON, "the acknowledgement of the last report", async || {
        bad.send(&last).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        (bad.acks_of("last") > 0).then_some(())
    })
    .await;
    let alarm = site.lane_alarm("in", LaneAlarmKind::UnsteadyState).await;
    assert!(alarm.count > 100, "{alarm:?}");
    let most = 6 + usize::try_from(begin.elapsed().as_secs()).unwrap() / 10 + 1;
    let records = records_of(&site, kinds);
    assert!(records <= most, "{records} records of a flood of {sent}, at most {most}");
    (site, bad)
}

#[tokio::test]
async fn a_flood_of_fire_and_its_end_is_merged_and_the_last_report_holds() {
    let (_site, bad) =
        a_flood_leaves_the_other_lane_and_the_disk_alone([EventKind::Fire, EventKind::FireOver]).await;
    bad.send(&plate("after", STRANGER)).await;
    assert!(!bad.command("after").await.decision.opens(), "the fire is over");
}

#[tokio::test]
async fn a_flood_of_a_car_that_stands_and_goes_is_merged() {
    let (site, _bad) =
        a_flood_leaves_the_other_lane_and_the_disk_alone([EventKind::Stuck, EventKind::Free]).await;
    wait::until(SOON, "a lane without a standing car", async || {
        let lanes = site.district.books(|books| Some(books.last.as_ref()?.status.lanes.clone()))?;
        lanes.iter().all(|lane| lane.stuck_since.is_none()).then_some(())
    })
    .await;
}
