use std::collections::BTreeSet;

use domain::access::{
    AccessPlan, Audience, AudienceCounts, DenialReason, OpeningTerms, PlannedLimit, PlannedOpening,
    PlannedReservation, SharingPlan,
};
use domain::capacity::CapacityLimit;
use domain::ids::{GarageId, LaneId, PoolId, ReservationId, WindowId};
use domain::minute::Minutes;
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::Plate;
use protocol::uplink::ServerCount;
use uuid::Uuid;

use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T15:30:00+08:00").unwrap()
}

fn lane(direction: LaneDirection, pass_by: PassDetection) -> LaneConfig {
    let name = if direction == LaneDirection::In { "in" } else { "out" };
    LaneConfig {
        id: LaneId::parse(name).unwrap(),
        name: name.into(),
        direction,
        device: DeviceId::parse(name).unwrap(),
        pass_by,
        make: crate::config::LaneMake::Native,
        // The plates of these tests resemble each other, and their cars come in the same second.
        reading: crate::config::ReadingRules { same_car: Duration::ZERO, ..Default::default() },
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
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}

fn garage(capacity: u32) -> GarageState {
    let hour = Duration::from_secs(3600);
    let plan = AccessPlan {
        capacity,
        openings: vec![PlannedOpening::new(Audience::Pickup, now() - hour, now() + hour)],
        permits: [(Plate::parse("鲁B12345").unwrap(), BTreeSet::from([Audience::Pickup]))].into(),
        colors: Default::default(),
        valid_until: now() + hour * 48,
        standing: None,
        sharing: SharingPlan::default(),
    };
    let document = AccessPlanDocument {
        v: 1,
        garage: GarageId::parse("g").unwrap(),
        made_at: now(),
        plan,
        no_reading_shapes: Vec::new(),
    };
    GarageState::restored(
        Some(StoredPlan { document, etag: None }),
        OccupancyLedger::default(),
        AdmittedCars::default(),
        Vec::new(),
    )
}

fn arrival() -> EventArrival {
    EventArrival {
        at: Instant::now(),
        now: now(),
        clock: ClockTrust::Trusted,
        is_live: true,
        time_replaced: false,
        is_applied: false,
        is_pulse: false,
        opening_counts: false,
    }
}

fn outcome(registration: EventRegistration) -> GateEventOutcome {
    match registration.novelty {
        DedupOutcome::New(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn opened_counts_on_a_plate_lane_and_passed_on_a_loop_lane() {
    let garage = garage(10);
    let plate = event("e1", EventKind::Plate, 0);
    let pass = event("e2", EventKind::Pass, 0);
    let by_loop = lane(LaneDirection::In, PassDetection::Loop);
    assert_eq!(outcome(garage.register(&by_loop, &plate, arrival())).delta, 0);
    assert_eq!(outcome(garage.register(&by_loop, &pass, arrival())).delta, 1);
    let by_plate = lane(LaneDirection::Out, PassDetection::Plate);
    assert_eq!(outcome(garage.register(&by_plate, &plate, arrival())).delta, -1);
    assert_eq!(outcome(garage.register(&by_plate, &pass, arrival())).delta, 0);
}

#[test]
fn a_car_that_was_let_in_counts_at_once_for_the_next() {
    let garage = garage(1);
    let lane = lane(LaneDirection::In, PassDetection::Plate);
    assert!(
        outcome(garage.register(&lane, &event("e1", EventKind::Plate, 0), arrival()))
            .decision
            .unwrap()
            .opens()
    );
    let second = outcome(garage.register(&lane, &event("e2", EventKind::Plate, 0), arrival()));
    assert_eq!(second.decision, Some(AccessDecision::refuse(DenialReason::Full)));
    assert_eq!(second.delta, 0);
}

#[test]
fn nothing_is_said_to_be_open_before_the_server_has_counted() {
    let garage = garage(10);
    assert_eq!(garage.spaces(), SignSpaces { capacity: 10, open: None });
    garage.settle(|ledger| {
        ledger.rebase(Some(ServerCount { occupied: 4, through_seq: 0, inside: None }), CountDelta::default())
    });
    assert_eq!(garage.spaces(), SignSpaces { capacity: 10, open: Some(6) });
}

#[test]
fn a_repeated_event_is_never_new_again() {
    let garage = garage(10);
    let lane = lane(LaneDirection::In, PassDetection::Plate);
    let event = event("e1", EventKind::Plate, 0);
    let again = || garage.register(&lane, &event, arrival()).novelty;
    let first = outcome(garage.register(&lane, &event, arrival()));
    assert_eq!(again(), DedupOutcome::Queued(first.decision));
    garage.unstored(&lane.device, &event.event_id, first.change());
    assert_eq!(again(), DedupOutcome::Unstored(first.clone()));
    garage.stored(&lane.device, &event.event_id);
    assert_eq!(again(), DedupOutcome::Stored(first.decision));
}

#[test]
fn a_known_id_with_another_plate_or_time_is_another_reading() {
    let garage = garage(10);
    let lane = lane(LaneDirection::In, PassDetection::Plate);
    let first = event("ctr-1", EventKind::Plate, 0);
    assert_eq!(garage.register(&lane, &first, arrival()).event_id, first.event_id);
    let stranger = ControllerEvent { plate: Some("京A99999".into()), ..first.clone() };
    let later = ControllerEvent { occurred_at: now() + Duration::from_secs(300), ..first.clone() };
    for other in [stranger, later] {
        let registered = garage.register(&lane, &other, arrival());
        assert!(registered.is_repeated_id && registered.event_id != first.event_id);
        let again = garage.register(&lane, &other, arrival());
        assert_eq!(again.event_id, registered.event_id);
        assert!(matches!(again.novelty, DedupOutcome::Queued(_)));
    }
    let alarms = &garage.lane_statuses(std::slice::from_ref(&lane), now())[0].alarms;
    assert_eq!((alarms[0].kind, alarms[0].count), (LaneAlarmKind::RepeatedIds, 2));
    // Sent again as it was, only older.
    let older = ControllerEvent { age_ms: 5_000, ..first };
    assert!(matches!(garage.register(&lane, &older, arrival()).novelty, DedupOutcome::Queued(_)));
}

#[test]
fn a_second_reading_that_resembles_the_first_counts_no_second_car() {
    let garage = garage(10);
    let lane = LaneConfig {
        reading: crate::config::ReadingRules::default(),
        ..lane(LaneDirection::Out, PassDetection::Plate)
    };
    let read = |id, plate| outcome(garage.register(&lane, &of_car(id, EventKind::Plate, plate), arrival()));
    assert_eq!(read("e1", "鲁B12845").delta, -1);
    let second = read("e2", "鲁B12345");
    assert_eq!((second.delta, second.rereads), (0, EventId::parse("e1").ok()));
    let other = read("e3", "京A99999");
    assert_eq!((other.delta, other.rereads), (-1, None));
}

#[test]
fn a_car_counts_at_a_device_that_is_asked_when_the_opening_is_confirmed() {
    let garage = garage(10);
    let device = crate::config::ForeignDevice {
        make: crate::config::MakeRow::find("hikvision").unwrap(),
        address: None,
        serial: None,
        channel: None,
        inputs: crate::config::DeviceInputs::default(),
    };
    let lane = LaneConfig {
        make: crate::config::LaneMake::Foreign(device),
        reading: crate::config::ReadingRules::default(),
        ..lane(LaneDirection::In, PassDetection::Plate)
    };
    let read = outcome(garage.register(&lane, &event("e1", EventKind::Plate, 0), arrival()));
    assert!(read.decision.unwrap().opens());
    assert_eq!(read.delta, 0);
    let opened = ControllerEvent {
        related_event_id: EventId::parse("e1").ok(),
        plate: None,
        ..event("o1", EventKind::Opened, 0)
    };
    let confirmed = EventArrival { opening_counts: true, ..arrival() };
    let counted = outcome(garage.register(&lane, &opened, confirmed));
    assert_eq!((counted.delta, counted.audience), (1, Some(Audience::Pickup)));
    // What the device had stored has passed long ago.
    let stored = EventArrival { is_live: false, ..arrival() };
    assert_eq!(outcome(garage.register(&lane, &event("e2", EventKind::Plate, 9_000), stored)).delta, 1);
}

#[test]
fn a_late_event_is_judged_by_the_time_when_it_happened() {
    let garage = garage(10);
    let lane = lane(LaneDirection::In, PassDetection::Plate);
    let two_hours = 2 * 3600 * 1000;
    let late = outcome(garage.register(&lane, &event("e1", EventKind::Plate, two_hours), arrival()));
    assert_eq!(late.decision, Some(AccessDecision::refuse(DenialReason::OutsideWindow)));
}

#[test]
fn no_more_events_are_remembered_than_there_is_room_for() {
    let garage = garage(10);
    let lane = lane(LaneDirection::In, PassDetection::Loop);
    for i in 0..=seen::REMEMBERED {
        garage.register(&lane, &event(&format!("e{i}"), EventKind::Plate, 0), arrival());
    }
    let again = |id| garage.register(&lane, &event(id, EventKind::Plate, 0), arrival()).novelty;
    assert!(matches!(again("e0"), DedupOutcome::New(_)));
    assert!(matches!(again("e9"), DedupOutcome::Queued(_)));
}

/// One of two spaces is reserved for this plate; the other is open to anybody.
fn with_reservation(reserved: &str) -> GarageState {
    let garage = garage(2);
    let plan = garage.plan().unwrap();
    let (from, to) = (now() - Duration::from_secs(60), now() + Duration::from_secs(3600));
    let pool = PoolId::parse("main").unwrap();
    let terms = OpeningTerms {
        window: WindowId::parse("w").unwrap(),
        pool: pool.clone(),
        min_stay: Minutes(1),
        max_stay: Minutes(1440),
        lock_out: None,
        walk_in: true,
        groups: Vec::new(),
    };
    let reservation = PlannedReservation {
        id: Uuid::from_u128(1).into(),
        plate: Plate::parse(reserved).ok(),
        plate_color: None,
        audience: Audience::Public,
        pool: pool.clone(),
        from,
        to,
        enter_from: from,
        enter_until: to,
    };
    let mut document = plan.document.clone();
    document.plan.permits.clear();
    document.plan.openings =
        vec![PlannedOpening { terms: Some(terms), ..PlannedOpening::new(Audience::Public, from, to) }];
    document.plan.sharing.reservations.push(reservation);
    let limit = CapacityLimit { capacity: 2, quota: [(Audience::Public, 2)].into() };
    let limit = PlannedLimit { from, limit };
    document.plan.sharing.pools.insert(pool, vec![limit]);
    garage.set_plan(Arc::new(StoredPlan { document, etag: None }));
    garage
}

fn of_car(id: &str, kind: EventKind, plate: &str) -> ControllerEvent {
    ControllerEvent { plate: Some(plate.into()), ..event(id, kind, 0) }
}

fn counted(garage: &GarageState, occupied: i64, public: i64) {
    let inside = Some(AudienceCounts { public, ..AudienceCounts::default() });
    garage.settle(|ledger| {
        ledger.rebase(Some(ServerCount { occupied, through_seq: 0, inside }), CountDelta::default());
    });
}

#[test]
fn a_reserved_space_is_left_alone_until_its_car_is_inside() {
    let garage = with_reservation("京A00001");
    counted(&garage, 0, 0);
    let entry = lane(LaneDirection::In, PassDetection::Plate);
    let drive = |id, plate| outcome(garage.register(&entry, &of_car(id, EventKind::Plate, plate), arrival()));
    assert!(drive("e1", "京A00009").decision.unwrap().opens());
    let refused = drive("e2", "京A00008").decision.unwrap();
    assert_eq!(refused, AccessDecision::refuse(DenialReason::Reserved));
    let reserved = drive("e3", "京A00001");
    let by = Some(ReservationId::from_u128(1));
    assert!(matches!(reserved.decision, Some(AccessDecision::Open { reservation, .. }) if reservation == by));
    assert_eq!(reserved.audience, Some(Audience::Public));
    // Both leave; the reservation is used up and nothing is left alone for it.
    let exit = lane(LaneDirection::Out, PassDetection::Plate);
    for (id, plate) in [("x1", "京A00001"), ("x2", "京A00009")] {
        let left = outcome(garage.register(&exit, &of_car(id, EventKind::Plate, plate), arrival()));
        assert_eq!((left.delta, left.audience), (-1, Some(Audience::Public)));
    }
    assert!(drive("e4", "京A00008").decision.unwrap().opens());
    assert!(drive("e5", "京A00007").decision.unwrap().opens());
}

#[test]
fn a_car_that_was_let_in_and_has_not_passed_is_still_to_come() {
    let garage = with_reservation("京A00001");
    counted(&garage, 1, 1);
    let by_loop = lane(LaneDirection::In, PassDetection::Loop);
    let open =
        |id, plate| outcome(garage.register(&by_loop, &of_car(id, EventKind::Plate, plate), arrival()));
    assert!(open("e1", "京A00001").decision.unwrap().opens());
    assert_eq!(open("e2", "京A00008").decision, Some(AccessDecision::refuse(DenialReason::Reserved)));
    // It is read once more, and drives in.
    assert!(open("e3", "京A00001").decision.unwrap().opens());
    let pass = ControllerEvent {
        related_event_id: EventId::parse("e3").ok(),
        ..of_car("p", EventKind::Pass, "京A00001")
    };
    assert_eq!(outcome(garage.register(&by_loop, &pass, arrival())).audience, Some(Audience::Public));
    assert_eq!(open("e4", "京A00008").decision, Some(AccessDecision::refuse(DenialReason::Full)));
}

#[test]
fn a_plan_without_a_used_reservation_ends_its_memory() {
    let garage = with_reservation("京A00001");
    counted(&garage, 0, 0);
    let entry = lane(LaneDirection::In, PassDetection::Plate);
    garage.register(&entry, &of_car("e1", EventKind::Plate, "京A00001"), arrival());
    let plan = garage.plan().unwrap();
    garage.set_plan(plan.clone());
    assert_eq!(garage.state().known.uses().len(), 1);
    let mut document = plan.document.clone();
    document.plan.sharing.reservations.clear();
    garage.set_plan(Arc::new(StoredPlan { document, etag: None }));
    assert!(garage.state().known.uses().is_empty());
}
