#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use domain::access::{AccessPlan, Audience, Opening, Reason};
use domain::ids::{GarageId, LaneId};
use protocol::uplink::Count;

use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T15:30:00+08:00").unwrap()
}

fn lane(direction: Direction, pass_by: PassBy) -> Lane {
    let name = if direction == Direction::In { "in" } else { "out" };
    Lane {
        id: LaneId::parse(name).unwrap(),
        name: name.into(),
        direction,
        device: DeviceId::parse(name).unwrap(),
        pass_by,
    }
}

fn event(id: &str, kind: EventKind, age_ms: u64) -> ControllerEvent {
    ControllerEvent {
        v: 1,
        event_id: EventId::parse(id).unwrap(),
        kind,
        plate: Some("鲁B12345".into()),
        confidence: 99,
        occurred_at: now(),
        age_ms,
        of: None,
    }
}

fn garage(capacity: u32) -> Garage {
    let hour = Duration::from_secs(3600);
    let plan = AccessPlan {
        capacity,
        openings: vec![Opening { audience: Audience::Pickup, from: now() - hour, to: now() + hour }],
        permits: [(Plate::parse("鲁B12345").unwrap(), BTreeSet::from([Audience::Pickup]))].into(),
        valid_until: now() + hour * 48,
    };
    let document = PlanDocument { v: 1, garage: GarageId::parse("g").unwrap(), made_at: now(), plan };
    Garage::restored(Some(StoredPlan { document, etag: None }), Ledger::default(), Vec::new())
}

fn outcome(meeting: Meeting) -> Outcome {
    match meeting {
        Meeting::New(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn opened_counts_on_a_plate_lane_and_passed_on_a_loop_lane() {
    let garage = garage(10);
    let plate = event("e1", EventKind::Plate, 0);
    let pass = event("e2", EventKind::Pass, 0);
    let by_loop = lane(Direction::In, PassBy::Loop);
    assert_eq!(outcome(garage.meet(&by_loop, &plate, now())).delta, 0);
    assert_eq!(outcome(garage.meet(&by_loop, &pass, now())).delta, 1);
    let by_plate = lane(Direction::Out, PassBy::Plate);
    assert_eq!(outcome(garage.meet(&by_plate, &plate, now())).delta, -1);
    assert_eq!(outcome(garage.meet(&by_plate, &pass, now())).delta, 0);
}

#[test]
fn a_car_that_was_let_in_counts_at_once_for_the_next() {
    let garage = garage(1);
    let lane = lane(Direction::In, PassBy::Plate);
    assert!(outcome(garage.meet(&lane, &event("e1", EventKind::Plate, 0), now())).decision.unwrap().opens());
    let second = outcome(garage.meet(&lane, &event("e2", EventKind::Plate, 0), now()));
    assert_eq!(second.decision, Some(Decision::Refuse { reason: Reason::Full }));
    assert_eq!(second.delta, 0);
}

#[test]
fn nothing_is_said_to_be_open_before_the_server_has_counted() {
    let garage = garage(10);
    assert_eq!(garage.spaces(), Spaces { capacity: 10, open: None });
    garage.settle(|ledger| ledger.rebase(Count { occupied: 4, through_seq: 0 }, 0));
    assert_eq!(garage.spaces(), Spaces { capacity: 10, open: Some(6) });
}

#[test]
fn a_repeated_event_is_never_new_again() {
    let garage = garage(10);
    let lane = lane(Direction::In, PassBy::Plate);
    let event = event("e1", EventKind::Plate, 0);
    let first = outcome(garage.meet(&lane, &event, now()));
    assert_eq!(garage.meet(&lane, &event, now()), Meeting::Queued);
    garage.lost(&lane.device, &event.event_id, first.delta);
    assert_eq!(garage.meet(&lane, &event, now()), Meeting::Lost(first));
    garage.stored(&lane.device, &event.event_id);
    assert_eq!(garage.meet(&lane, &event, now()), Meeting::Stored);
}

#[test]
fn a_late_event_is_judged_by_the_time_when_it_happened() {
    let garage = garage(10);
    let lane = lane(Direction::In, PassBy::Plate);
    let two_hours = 2 * 3600 * 1000;
    let late = outcome(garage.meet(&lane, &event("e1", EventKind::Plate, two_hours), now()));
    assert_eq!(late.decision, Some(Decision::Refuse { reason: Reason::OutsideWindow }));
}

#[test]
fn no_more_events_are_remembered_than_there_is_room_for() {
    let garage = garage(10);
    let lane = lane(Direction::In, PassBy::Loop);
    for i in 0..=seen::REMEMBERED {
        garage.meet(&lane, &event(&format!("e{i}"), EventKind::Plate, 0), now());
    }
    assert!(matches!(garage.meet(&lane, &event("e0", EventKind::Plate, 0), now()), Meeting::New(_)));
    assert_eq!(garage.meet(&lane, &event("e9", EventKind::Plate, 0), now()), Meeting::Queued);
}
