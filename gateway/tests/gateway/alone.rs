//! A week without the server; a clock that jumps.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::access::{AccessDecision, Audience, DenialReason, PlannedOpening, StandingRights};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::uplink::{AccessPlanDocument, GateEvent, UplinkRecordContent};

use crate::controller::{Controller, plate};
use crate::district::Mood;
use crate::site::{PARENT, Site, plan};

const VISITOR: &str = "鲁B55555";
const HOUR: Duration = Duration::from_secs(3600);

/// As the server makes it: two days of all, two weeks of the hours of permitted plates.
fn week_plan() -> AccessPlanDocument {
    let mut document = plan();
    let from = document.made_at - HOUR;
    let (valid, standing) = (document.made_at + HOUR * 48, document.made_at + HOUR * 14 * 24);
    let always = |audience, to| PlannedOpening::new(audience, from, to);
    document.plan.openings = vec![always(Audience::Pickup, valid + HOUR), always(Audience::Public, valid)];
    document.plan.standing =
        Some(StandingRights { until: standing, openings: vec![always(Audience::Pickup, standing)] });
    document.plan.permits = [(Plate::parse(PARENT).unwrap(), BTreeSet::from([Audience::Pickup]))].into();
    document
}

async fn drive_in(gate: &Controller, id: &str, reading: &str) -> bool {
    gate.send(&plate(id, reading)).await;
    let command = gate.command(id).await;
    gate.acked(id, 1).await;
    command.command == protocol::mqtt::ControllerCommandKind::Open
}

fn events(site: &Site) -> Vec<GateEvent> {
    let event = |what: &UplinkRecordContent| match what {
        UplinkRecordContent::Event(event) => Some(event.clone()),
        UplinkRecordContent::DeadLetter(_) => None,
    };
    site.district.books(|b| b.records.iter().filter_map(|(_, record)| event(&record.content)).collect())
}

#[tokio::test]
async fn for_a_week_alone_parents_come_in_and_a_plan_that_is_too_old_is_said() {
    let mut site = Site::open().await;
    site.district.books(|b| b.plan = week_plan());
    // Another plan has another tag.
    site.district.books(|b| b.plan.plan.capacity = 106);
    site.knows_plan_of(106).await;
    let gate = site.controller("in").await;
    site.district.mood(Mood::Away);
    let mut opened = Vec::new();
    for day in 0..8 {
        let parent = drive_in(&gate, &format!("parent-{day}"), PARENT).await;
        let visitor = drive_in(&gate, &format!("visitor-{day}"), VISITOR).await;
        opened.push((parent, visitor));
        if day == 3 {
            site.kill().await;
            site.start().await;
        }
        site.clock.shift_hours(24);
    }
    let expected: Vec<_> = (0..8).map(|day| (true, day < 2)).collect();
    assert_eq!(opened, expected);
    site.clock.shift_hours(7 * 24);
    assert!(!drive_in(&gate, "parent-15", PARENT).await);
    site.district.mood(Mood::Well);
    site.district.has(17).await;
    site.district.assert_in_order();
    let events = events(&site);
    let too_old = Some(AccessDecision::Review { reason: DenialReason::PlanTooOld });
    assert_eq!((events[5].decision, events[16].decision), (too_old, too_old));
    // Since the restart it has received nothing from the server.
    assert!(events[8..].iter().all(|event| event.offline));
}

#[tokio::test]
async fn when_the_clock_jumps_places_go_on_and_both_times_are_kept() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let mut sent = Vec::new();
    for (id, hours) in [("e1", 0), ("e2", 6), ("e3", -12)] {
        site.clock.shift_hours(hours);
        let event = plate(id, PARENT);
        gate.send(&event).await;
        gate.command(id).await;
        gate.acked(id, 1).await;
        sent.push(event.occurred_at);
    }
    site.district.has(3).await;
    site.district.assert_in_order();
    let events = events(&site);
    assert_eq!(events.iter().map(|event| event.occurred_at).collect::<Vec<_>>(), sent);
    let ahead = |event: &GateEvent| hours_between(event.occurred_at, event.happened_at);
    assert_eq!(events.iter().map(ahead).collect::<Vec<_>>(), [0, 6, -6]);
}

fn hours_between(from: Timestamp, to: Timestamp) -> i64 {
    let micros = to.micros() - from.micros();
    (micros + micros.signum() * 1_800_000_000) / 3_600_000_000
}
