//! Two readings of one car: which plate stands ([decision 18]).
//!
//! A camera reads a car, and reads it again as another plate. The gateway decides that both readings are of one car. This module decides
//! which of them stands:
//!
//! - A reading with a plate stands against one without.
//! - A reading stands if it is at least [`CLEAR_MARGIN`] points more certain than the other.
//! - Exception: an unknown plate never stands against an expected one. A misread plate is usually a plate that no person has registered,
//!   and a child waits for the expected car.
//! - In every other case both stand, and a person looks.
//!
//! [decision 18]: ../../../docs/decisions/0018-one-car-two-readings.md

/// Percentage points by which a reading must be more certain to stand alone. Readings of one car by one camera differ by some points.
pub const CLEAR_MARGIN: u8 = 10;

/// What is known about the plate of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum PlateStanding {
    /// The camera read no plate.
    #[default]
    Unread,
    /// No permit, guardian or reservation has this plate.
    Unknown,
    /// A person has registered this plate, with no right at this garage.
    Registered,
    /// The garage expects this plate: a permit, a guardian's vehicle or a live reservation.
    Expected,
}

/// One of two readings of a car.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarReading {
    /// Percent.
    pub confidence: u8,
    pub standing: PlateStanding,
    /// The camera suspects a picture of a plate.
    pub is_suspect: bool,
}

/// Which readings stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RereadVerdict {
    FirstStands,
    SecondStands,
    BothStand,
}

/// Which plate the car's visit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitPlate {
    First,
    Second,
}

/// Judges two readings of one car with different plates.
pub fn judge_reread(first: CarReading, second: CarReading) -> RereadVerdict {
    if is_clearly_better(second, first) {
        RereadVerdict::SecondStands
    } else if is_clearly_better(first, second) {
        RereadVerdict::FirstStands
    } else {
        RereadVerdict::BothStand
    }
}

/// A visit has one plate, also where both readings stand: the one that is expected, then the more certain one, then the first.
pub fn visit_plate(first: CarReading, second: CarReading) -> VisitPlate {
    let rank = |it: CarReading| (!it.is_suspect, it.standing, it.confidence);
    match judge_reread(first, second) {
        RereadVerdict::FirstStands => VisitPlate::First,
        RereadVerdict::SecondStands => VisitPlate::Second,
        RereadVerdict::BothStand if rank(second) > rank(first) => VisitPlate::Second,
        RereadVerdict::BothStand => VisitPlate::First,
    }
}

fn is_clearly_better(one: CarReading, other: CarReading) -> bool {
    if one.standing == PlateStanding::Unread {
        return false;
    }
    if other.standing == PlateStanding::Unread {
        return true;
    }
    let drops_expected = other.standing == PlateStanding::Expected && one.standing == PlateStanding::Unknown;
    if drops_expected || (one.is_suspect && !other.is_suspect) {
        return false;
    }
    one.confidence >= other.confidence.saturating_add(CLEAR_MARGIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(confidence: u8, standing: PlateStanding) -> CarReading {
        CarReading { confidence, standing, is_suspect: false }
    }

    #[test]
    fn the_clearly_more_certain_reading_stands() {
        let (low, high) = (reading(85, PlateStanding::Expected), reading(95, PlateStanding::Expected));
        assert_eq!(judge_reread(low, high), RereadVerdict::SecondStands);
        assert_eq!(judge_reread(high, low), RereadVerdict::FirstStands);
        assert_eq!(judge_reread(low, reading(94, PlateStanding::Expected)), RereadVerdict::BothStand);
    }

    #[test]
    fn an_unknown_plate_does_not_drop_an_expected_one() {
        let (expected, unknown) = (reading(80, PlateStanding::Expected), reading(99, PlateStanding::Unknown));
        assert_eq!(judge_reread(expected, unknown), RereadVerdict::BothStand);
        assert_eq!(judge_reread(unknown, expected), RereadVerdict::BothStand);
        assert_eq!(visit_plate(unknown, expected), VisitPlate::Second);
        let registered = reading(99, PlateStanding::Registered);
        assert_eq!(judge_reread(expected, registered), RereadVerdict::SecondStands);
    }

    fn any_reading() -> impl Strategy<Value = CarReading> {
        let standing = prop_oneof![
            Just(PlateStanding::Unread),
            Just(PlateStanding::Unknown),
            Just(PlateStanding::Registered),
            Just(PlateStanding::Expected)
        ];
        (0u8..=100, standing, any::<bool>()).prop_map(|(confidence, standing, is_suspect)| CarReading {
            confidence,
            standing,
            is_suspect,
        })
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_the_order(one in any_reading(), other in any_reading()) {
            let swapped = match judge_reread(other, one) {
                RereadVerdict::FirstStands => RereadVerdict::SecondStands,
                RereadVerdict::SecondStands => RereadVerdict::FirstStands,
                RereadVerdict::BothStand => RereadVerdict::BothStand,
            };
            prop_assert_eq!(judge_reread(one, other), swapped);
        }

        #[test]
        fn what_stands_alone_is_read_and_never_an_unknown_plate_against_an_expected_one(
            one in any_reading(), other in any_reading(),
        ) {
            if judge_reread(one, other) == RereadVerdict::FirstStands {
                prop_assert!(one.standing != PlateStanding::Unread);
                prop_assert!(!(one.standing == PlateStanding::Unknown && other.standing == PlateStanding::Expected));
            }
        }

        #[test]
        fn the_visit_has_a_plate_that_stands(one in any_reading(), other in any_reading()) {
            match judge_reread(one, other) {
                RereadVerdict::FirstStands => prop_assert_eq!(visit_plate(one, other), VisitPlate::First),
                RereadVerdict::SecondStands => prop_assert_eq!(visit_plate(one, other), VisitPlate::Second),
                RereadVerdict::BothStand => {}
            }
        }
    }
}
