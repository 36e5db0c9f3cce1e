use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::plate::Plate;
use crate::time::Timestamp;
use crate::vehicle::{PlateColor, VehicleDetails};

pub(super) fn at(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute * 60_000_000)
}

pub(super) fn unused() -> &'static ReservationUses {
    static NONE: std::sync::LazyLock<ReservationUses> = std::sync::LazyLock::new(ReservationUses::new);
    &NONE
}

pub(super) fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

fn opening(audience: Audience, from: i64, to: i64) -> PlannedOpening {
    PlannedOpening::new(audience, at(from), at(to))
}

fn school() -> AccessPlan {
    AccessPlan {
        capacity: 107,
        openings: vec![opening(Audience::Pickup, 930, 1050)],
        permits: [(plate("鲁B12345"), BTreeSet::from([Audience::Pickup]))].into(),
        colors: Default::default(),
        valid_until: at(2880),
        standing: None,
        sharing: SharingPlan::default(),
    }
}

fn entry<'a>(plate: Option<&'a Plate>, minute: i64) -> AccessRequest<'a> {
    AccessRequest {
        direction: LaneDirection::In,
        plate,
        confidence: 98,
        min_confidence: MIN_CONFIDENCE,
        vehicle: VehicleDetails::default(),
        clock: ClockTrust::Trusted,
        at: at(minute),
        occupied: 0,
        inside: None,
        uses: unused(),
        alarm: GarageAlarm::None,
    }
}

#[test]
fn police_and_rescue_come_in_at_any_hour_however_full_it_is_and_without_a_plan() {
    let plan = school();
    for text in ["鲁B1234警", "WJ鲁1234X", "鲁X1234应急"] {
        let car = plate(text);
        let full = AccessRequest { occupied: 107, ..entry(Some(&car), 0) };
        assert_eq!(decide(Some(&plan), &full), AccessDecision::emergency(), "{text}");
        assert_eq!(decide(None, &full), AccessDecision::emergency(), "{text}");
        let doubtful = AccessRequest { confidence: MIN_CONFIDENCE - 1, ..full };
        assert!(!decide(Some(&plan), &doubtful).opens(), "{text}");
    }
    assert_eq!(display_text(AccessDecision::emergency(), LaneDirection::In, at(0)), "应急车辆 请通行");
    // An officer who fetches a child is a parent.
    let officer = plate("鲁B1234警");
    let plan = AccessPlan { permits: [(officer.clone(), BTreeSet::from([Audience::Pickup]))].into(), ..plan };
    assert_eq!(
        decide(Some(&plan), &entry(Some(&officer), 930)),
        AccessDecision::open(Some(Audience::Pickup))
    );
    assert_eq!(decide(Some(&plan), &entry(Some(&officer), 1050)), AccessDecision::emergency());
}

#[test]
fn a_parent_enters_in_the_pickup_window_only() {
    let parent = plate("鲁B12345");
    let plan = school();
    let open = AccessDecision::open(Some(Audience::Pickup));
    assert_eq!(decide(Some(&plan), &entry(Some(&parent), 930)), open);
    let outside = AccessDecision::refuse(DenialReason::OutsideWindow);
    assert_eq!(decide(Some(&plan), &entry(Some(&parent), 929)), outside);
    assert_eq!(decide(Some(&plan), &entry(Some(&parent), 1050)), outside);
}

#[test]
fn a_stranger_is_refused_with_the_reason() {
    let stranger = plate("鲁B99999");
    let decision = decide(Some(&school()), &entry(Some(&stranger), 940));
    assert_eq!(decision, AccessDecision::refuse(DenialReason::UnknownPlate));
    assert_eq!(display_text(decision, LaneDirection::In, at(940)), "车牌未登记 请联系值班员");
}

#[test]
fn doubt_goes_to_a_person() {
    let parent = plate("鲁B12345");
    let plan = school();
    let review = |reason| AccessDecision::Review { reason };
    assert_eq!(decide(None, &entry(Some(&parent), 940)), review(DenialReason::NoPlan));
    assert_eq!(decide(Some(&plan), &entry(None, 940)), review(DenialReason::UnreadPlate));
    assert_eq!(decide(Some(&plan), &entry(Some(&parent), 2880)), review(DenialReason::PlanTooOld));
    let unsure = AccessRequest { confidence: 79, ..entry(Some(&parent), 940) };
    assert_eq!(decide(Some(&plan), &unsure), review(DenialReason::LowConfidence));
}

#[test]
fn past_the_plans_time_standing_rights_go_on_and_all_else_is_looked_at() {
    let (parent, stranger) = (plate("鲁B12345"), plate("鲁B99999"));
    let mut plan = school();
    let openings = vec![opening(Audience::Pickup, 2880 + 930, 2880 + 1050)];
    plan.standing = Some(StandingRights { until: at(2 * 2880), openings });
    let review = |reason| AccessDecision::Review { reason };
    let on_third_day = |car, minute: i64| decide(Some(&plan), &entry(car, 2880 + minute));
    assert_eq!(on_third_day(Some(&parent), 940), AccessDecision::open(Some(Audience::Pickup)));
    assert_eq!(on_third_day(Some(&parent), 1050), review(DenialReason::PlanTooOld));
    assert_eq!(on_third_day(Some(&stranger), 940), review(DenialReason::PlanTooOld));
    assert_eq!(on_third_day(None, 940), review(DenialReason::UnreadPlate));
    let full = AccessRequest { occupied: 107, ..entry(Some(&parent), 2880 + 940) };
    assert_eq!(decide(Some(&plan), &full), AccessDecision::refuse(DenialReason::Full));
    plan.standing.as_mut().unwrap().openings.push(opening(Audience::Pickup, 5760, 6000));
    assert_eq!(decide(Some(&plan), &entry(Some(&parent), 5760)), review(DenialReason::PlanTooOld));
}

#[test]
fn a_neighbour_comes_as_a_neighbour_when_the_school_is_closed() {
    let both = plate("鲁B12345");
    let mut plan = school();
    plan.permits.insert(both.clone(), BTreeSet::from([Audience::Pickup, Audience::Resident]));
    plan.openings.push(opening(Audience::Resident, 0, 1440));
    let audience = |minute| decide(Some(&plan), &entry(Some(&both), minute));
    assert_eq!(audience(940), AccessDecision::open(Some(Audience::Pickup)));
    assert_eq!(audience(600), AccessDecision::open(Some(Audience::Resident)));
}

proptest! {
    #[test]
    fn nobody_is_trapped(confidence in 0u8..=100, minute in -10_000i64..10_000, occupied in any::<i64>(), read in any::<bool>(), known in any::<bool>()) {
        let parent = plate("鲁B12345");
        let plan = school();
        let exit = AccessRequest { direction: LaneDirection::Out, confidence, occupied, ..entry(read.then_some(&parent), minute) };
        prop_assert!(decide(known.then_some(&plan), &exit).opens());
    }

    #[test]
    fn a_full_garage_takes_nobody(occupied in 107i64..10_000, minute in 0i64..3_000) {
        let parent = plate("鲁B12345");
        let passage = AccessRequest { occupied, ..entry(Some(&parent), minute) };
        prop_assert!(!decide(Some(&school()), &passage).opens());
    }
}

#[test]
fn a_fire_opens_for_everybody_whatever_the_plan_says() {
    for direction in [LaneDirection::In, LaneDirection::Out] {
        let passage = AccessRequest { direction, alarm: GarageAlarm::Fire, confidence: 0, ..entry(None, 0) };
        assert_eq!(decide(None, &passage), AccessDecision::fire());
    }
    assert_eq!(
        display_text(AccessDecision::fire(), LaneDirection::Out, entry(None, 0).at),
        "火警 请尽快驶离"
    );
}

#[test]
fn a_permit_of_one_colour_lets_no_plate_of_another_in() {
    let mut plan = school();
    let car = plate("鲁B12345");
    let seen = |color| VehicleDetails { plate_color: color, ..VehicleDetails::default() };
    let at_gate = |color| AccessRequest { vehicle: seen(color), ..entry(Some(&car), 940) };
    assert!(
        decide(Some(&plan), &at_gate(Some(PlateColor::Yellow))).opens(),
        "no colour is known of the permit"
    );
    let colors = [(Audience::Pickup, BTreeSet::from([PlateColor::Blue]))].into();
    plan.colors = [(car.clone(), colors)].into();
    assert!(decide(Some(&plan), &at_gate(Some(PlateColor::Blue))).opens());
    assert!(decide(Some(&plan), &at_gate(None)).opens(), "the camera reports no colour");
    let stranger = decide(Some(&plan), &at_gate(Some(PlateColor::Yellow)));
    assert_eq!(stranger, AccessDecision::refuse(DenialReason::UnknownPlate));
    let timeless = AccessRequest { clock: ClockTrust::Untrusted, ..at_gate(Some(PlateColor::Yellow)) };
    assert_eq!(
        decide(Some(&plan), &timeless),
        AccessDecision::Review { reason: DenialReason::ClockUntrusted }
    );
    let out = AccessRequest { direction: LaneDirection::Out, ..at_gate(Some(PlateColor::Yellow)) };
    assert!(decide(Some(&plan), &out).opens());
}
