#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::HashMap;

use domain::ids::{ArrivalId, ClassId, EventId, GarageId};
use simulator::controller::ControllerCounters;
use uuid::Uuid;

use super::*;

struct CheckCase {
    driven: TrafficResult,
    found: FoundRecords,
    seen: Vec<PhoneObservations>,
}

const PLAN: CrashPlan =
    CrashPlan { form: SystemForm::Standalone, kills: 1, seed: 1, garages: 1, per_second: 1.0 };

fn told(id: &str, direction: LaneDirection) -> ControllerEventFate {
    ControllerEventFate {
        garage: GarageId::parse("g0").unwrap(),
        device: "lane".to_owned(),
        event_id: EventId::parse(id).unwrap(),
        direction,
        classes: match direction {
            LaneDirection::In => vec![ClassId::parse("c0").unwrap()],
            LaneDirection::Out => Vec::new(),
        },
        opened: true,
        stale: false,
        acked: Some(AckOutcome::Stored),
    }
}

fn event(no: i64, id: &str) -> StoredEvent {
    StoredEvent {
        no,
        garage_id: "g0".to_owned(),
        device: "lane".to_owned(),
        event_id: id.to_owned(),
        direction: String::new(),
        occurred_at: 0,
        received_at: 0,
        stored_at: 0,
        delta: 0,
    }
}

/// One car has come and left, another has come; the phone has seen it all.
fn right() -> CheckCase {
    let arrival = |no: i64, cursor: i64| StoredArrival {
        id: Uuid::from_u128(no.unsigned_abs().into()).to_string(),
        class_id: "c0".to_owned(),
        pupil_id: format!("p{no}"),
        cursor,
        entry_event: Some(no),
        arrived_at: 0,
    };
    let visit = |entry, exit: Option<i64>| StoredVisit {
        entry_event: Some(entry),
        exit_event: exit,
        ended_by: exit.map(|_| "exit".to_owned()),
    };
    let latest = HashMap::from([(ArrivalId::from_u128(1), 2), (ArrivalId::from_u128(3), 3)]);
    CheckCase {
        driven: TrafficResult {
            told: vec![
                told("a", LaneDirection::In),
                told("b", LaneDirection::Out),
                told("c", LaneDirection::In),
            ],
            counters: ControllerCounters::default(),
            kept: 0,
        },
        found: FoundRecords {
            events: vec![event(1, "a"), event(2, "b"), event(3, "c")],
            arrivals: vec![arrival(1, 2), arrival(3, 3)],
            visits: vec![visit(1, Some(2)), visit(3, None)],
            occupied: vec![("g0".to_owned(), Some(1))],
            feed: vec![1, 2, 3],
            feed_head: 3,
        },
        seen: vec![PhoneObservations { class: "c0".to_owned(), latest, ..PhoneObservations::default() }],
    }
}

fn violations(change: impl FnOnce(&mut CheckCase)) -> String {
    let mut world = right();
    change(&mut world);
    judge(PLAN, KillCounts::new(), &world.driven, &world.found, &world.seen).violations.join("\n")
}

#[track_caller]
fn finds(sentence: &str, change: impl FnOnce(&mut CheckCase)) {
    let found = violations(change);
    assert!(found.contains(sentence), "found {found:?}");
}

#[test]
fn what_is_right_is_not_complained_about() {
    assert_eq!(violations(|_| ()), "");
}

#[test]
fn a_lost_a_doubled_and_an_invented_event_are_found() {
    finds("acknowledged and are not in the database", |w| drop(w.found.events.pop()));
    finds("more than once", |w| w.found.events.push(event(9, "c")));
    finds("sent by nobody", |w| w.found.events.push(event(9, "x")));
    finds("never acknowledged", |w| w.driven.told.iter_mut().for_each(|told| told.acked = None));
    finds("still kept", |w| w.driven.kept = 1);
}

#[test]
fn a_command_of_long_ago_is_found() {
    finds("after their time to live", |w| w.driven.counters.expired_commands = 1);
    finds("barriers opened", |w| w.driven.told.iter_mut().for_each(|told| told.stale = true));
}

#[test]
fn wrong_counts_and_visits_are_found() {
    finds("count wrongly", |w| w.found.occupied = vec![("g0".to_owned(), Some(2))]);
    finds("count wrongly", |w| w.found.occupied = vec![("g0".to_owned(), None)]);
    finds("not exactly one visit", |w| w.found.visits.truncate(1));
    finds("ended no visit", |w| w.found.visits.iter_mut().for_each(|visit| visit.exit_event = None));
}

#[test]
fn missing_and_surplus_arrivals_and_cursors_are_found() {
    finds("other arrivals", |w| w.found.arrivals.truncate(1));
    finds("other arrivals", |w| {
        let again = w.found.arrivals.clone();
        w.found.arrivals.extend(again);
    });
    finds("not the next one", |w| w.found.feed = vec![1, 3]);
    finds("its head", |w| w.found.feed_head = 4);
}

#[test]
fn only_a_car_of_yesterday_may_have_no_arrival() {
    let day = 86_400_000_000;
    let stored_next_day = |case: &mut CheckCase| {
        case.found.arrivals.truncate(1);
        case.found.events.iter_mut().for_each(|event| event.stored_at = day);
    };
    assert_eq!(violations(stored_next_day), "");
    finds("other arrivals", |case| {
        stored_next_day(case);
        case.found.events.iter_mut().for_each(|event| event.occurred_at = day);
    });
}

#[test]
fn arrivals_of_priority_records_are_counted_by_class() {
    assert_eq!(violations(|w| w.found.arrivals[0].entry_event = None), "");
    finds("other arrivals", |w| {
        w.found.arrivals[0].entry_event = None;
        w.found.arrivals[0].class_id = "c1".to_owned();
    });
    finds("children arrived more than once", |w| {
        let first = w.found.arrivals[0].pupil_id.clone();
        w.found.arrivals.iter_mut().for_each(|arrival| {
            arrival.entry_event = None;
            arrival.pupil_id.clone_from(&first);
        });
    });
    finds("early arrivals belong to no entry", |w| {
        let mut again = w.found.arrivals[0].clone();
        again.entry_event = None;
        w.found.arrivals.push(again);
    });
}

#[test]
fn what_a_phone_missed_or_saw_twice_is_found() {
    finds("in their latest state", |w| w.seen.iter_mut().for_each(|phone| phone.latest.clear()));
    finds("in their latest state", |w| {
        w.seen.iter_mut().flat_map(|phone| phone.latest.values_mut()).for_each(|cursor| *cursor = 1);
    });
    finds("something twice", |w| w.seen.iter_mut().for_each(|phone| phone.twice = 1));
}
