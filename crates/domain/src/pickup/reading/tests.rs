use proptest::prelude::*;

use super::*;

const MINE: &[u8] = b"mine";
const OTHER: &[u8] = b"other";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn reading(seconds: i64) -> GuardianReading<'static> {
    GuardianReading {
        plate: MINE,
        at: at(seconds),
        passage: ReadingPassage::Enters,
        order: ReadingOrder::First,
        doubt: None,
    }
}

fn arrival(plate: Option<&'static [u8]>, seconds: i64, phase: PickupPhase) -> ArrivalOfDay<'static, u8> {
    let pickup = PickupState { phase, since: at(seconds), claimed: plate.is_none() };
    ArrivalOfDay {
        arrival: 1,
        plate,
        pickup,
        arrived_at: at(seconds),
        entered_at: plate.map(|_| at(seconds)),
        car_left_at: None,
        doubt: None,
    }
}

fn effect(day: &[ArrivalOfDay<'_, u8>], reading: &GuardianReading<'_>) -> ReadingEffect<u8> {
    reading.effect(day, reading.at)
}

#[test]
fn a_car_that_waits_already_changes_nothing_until_it_comes_back() {
    let waiting = arrival(Some(MINE), 0, PickupPhase::Waiting);
    assert_eq!(effect(&[waiting], &reading(600)), ReadingEffect::Nothing);
    let left = ArrivalOfDay { car_left_at: Some(at(300)), ..waiting };
    let seen = CarSeen { entered_at: Some(at(600)), doubt: None };
    assert_eq!(effect(&[left], &reading(600)), ReadingEffect::Again(1, seen));
    let at_gate = ArrivalOfDay { entered_at: None, ..waiting };
    assert_eq!(effect(&[at_gate], &reading(600)), ReadingEffect::Again(1, seen));
    let stands = GuardianReading { passage: ReadingPassage::StandsAtGate, ..reading(600) };
    assert_eq!(effect(&[at_gate], &stands), ReadingEffect::Nothing);
}

#[test]
fn a_report_by_hand_becomes_the_arrival_of_the_car() {
    let claimed = arrival(None, 0, PickupPhase::Claimed);
    let attached = ReadingEffect::Attach(1, PickupState::arrived(at(600)));
    assert_eq!(effect(&[claimed], &reading(600)), attached);
    let released = arrival(None, 0, PickupPhase::Released);
    assert_eq!(effect(&[released], &reading(600)), ReadingEffect::Attach(1, released.pickup));
}

#[test]
fn the_teacher_learns_of_another_car_for_the_same_child() {
    let other = |phase| [arrival(Some(OTHER), 0, phase)];
    let arrives = |note| ReadingEffect::Arrive(note);
    assert_eq!(
        effect(&other(PickupPhase::Waiting), &reading(600)),
        arrives(Some(ArrivalNote::AlreadyWaiting))
    );
    let handed_over = other(PickupPhase::HandedOver);
    assert_eq!(effect(&handed_over, &reading(3600)), arrives(Some(ArrivalNote::AlreadyHandedOver)));
    assert_eq!(effect(&handed_over, &reading(3601)), arrives(None));
    assert_eq!(effect(&[], &reading(0)), arrives(None));
}

#[test]
fn a_rejected_arrival_does_not_suppress_the_car_that_comes_now() {
    let of_phase = |phase| [arrival(Some(MINE), 0, phase)];
    assert_eq!(effect(&of_phase(PickupPhase::HandedOver), &reading(60)), ReadingEffect::Nothing);
    assert_eq!(effect(&of_phase(PickupPhase::HandedOver), &reading(61)), ReadingEffect::Arrive(None));
    assert_eq!(effect(&of_phase(PickupPhase::Rejected), &reading(60)), ReadingEffect::Arrive(None));
}

#[test]
fn the_car_itself_ends_the_doubt_of_a_misread_plate() {
    let misread =
        ArrivalOfDay { doubt: Some(ReadingDoubt::ReadAgain), ..arrival(Some(MINE), 0, PickupPhase::Waiting) };
    let seen = CarSeen { entered_at: Some(at(600)), doubt: None };
    assert_eq!(effect(&[misread], &reading(600)), ReadingEffect::Again(1, seen));
    let second = GuardianReading { order: ReadingOrder::Second, ..reading(600) };
    assert_eq!(effect(&[misread], &second), ReadingEffect::Nothing);
    let several = ArrivalOfDay { doubt: Some(ReadingDoubt::SeveralVehicles), ..misread };
    assert_eq!(effect(&[several], &reading(600)), ReadingEffect::Nothing);
}

fn any_arrival() -> impl Strategy<Value = ArrivalOfDay<'static, u8>> {
    let phase = prop::sample::select(vec![
        PickupPhase::Claimed,
        PickupPhase::Waiting,
        PickupPhase::Released,
        PickupPhase::HandedOver,
        PickupPhase::Rejected,
    ]);
    let plate = prop::sample::select(vec![None, Some(MINE), Some(OTHER)]);
    let doubt = prop::sample::select(vec![
        None,
        Some(ReadingDoubt::ReadAgain),
        Some(ReadingDoubt::TwoReadings),
        Some(ReadingDoubt::SeveralVehicles),
    ]);
    let left = prop::option::of(0_i64..7200);
    (plate, 0_i64..7200, phase, doubt, left, any::<bool>()).prop_map(
        |(plate, seconds, phase, doubt, left, entered)| {
            let made = arrival(plate, seconds, phase);
            let entered_at = made.entered_at.filter(|_| entered);
            ArrivalOfDay { doubt, car_left_at: left.map(at), entered_at, ..made }
        },
    )
}

proptest! {
    #[test]
    fn no_reading_makes_a_second_open_arrival_of_one_car(
        day in prop::collection::vec(any_arrival(), 0..5), seconds in 0_i64..7200,
    ) {
        let is_open = day.iter().any(|one| one.plate == Some(MINE) && one.pickup.phase.is_open());
        if let ReadingEffect::Arrive(note) = effect(&day, &reading(seconds)) {
            prop_assert!(!is_open);
            let waits = day.iter().any(|one| one.pickup.phase.is_open());
            prop_assert_eq!(waits, note == Some(ArrivalNote::AlreadyWaiting));
        }
    }

    #[test]
    fn a_reading_releases_no_child(day in prop::collection::vec(any_arrival(), 0..5), seconds in 0_i64..7200) {
        if let ReadingEffect::Attach(_, after) = effect(&day, &reading(seconds)) {
            let is_past = |one: &ArrivalOfDay<'_, u8>| one.pickup == after;
            prop_assert!(after == PickupState::arrived(at(seconds)) || day.iter().any(is_past));
        }
    }
}
