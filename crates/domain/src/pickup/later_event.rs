//! Effect of a car's later events on its arrivals: it leaves the garage, or it is read again as another plate.

use super::{PickupPhase, PickupState, ReadingDoubt};
use crate::reread::RereadVerdict;
use crate::time::Timestamp;

/// The doubts of the open arrivals of a car's two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RereadDoubts {
    pub first: Option<ReadingDoubt>,
    pub second: Option<ReadingDoubt>,
}

impl RereadDoubts {
    /// `both_arrived`: children of both readings have an open arrival, so that each teacher must see the other one.
    pub fn new(verdict: RereadVerdict, both_arrived: bool) -> Self {
        let stands = both_arrived.then_some(ReadingDoubt::TwoReadings);
        let falls = Some(ReadingDoubt::ReadAgain);
        match verdict {
            RereadVerdict::FirstStands => Self { first: stands, second: falls },
            RereadVerdict::SecondStands => Self { first: falls, second: stands },
            RereadVerdict::BothStand => {
                Self { first: Some(ReadingDoubt::TwoReadings), second: Some(ReadingDoubt::TwoReadings) }
            }
        }
    }
}

impl PickupState {
    /// The state after the car has left, if it changes. A misread plate's waiting arrival is rejected, since its car was never
    /// there; every other arrival stays for the teacher.
    pub fn after_departure(self, doubt: Option<ReadingDoubt>, at: Timestamp) -> Option<Self> {
        let was_misread = doubt == Some(ReadingDoubt::ReadAgain) && self.phase == PickupPhase::Waiting;
        was_misread.then_some(Self { phase: PickupPhase::Rejected, since: at, ..self })
    }

    /// The state of an arrival made by hand whose car turns out to be another one, if it changes: the reading had confirmed the
    /// guardian's claim, which waits for the teacher again.
    pub fn after_misreading(self, by_hand: bool, doubt: Option<ReadingDoubt>, at: Timestamp) -> Option<Self> {
        let was_confirmed = by_hand && self.phase == PickupPhase::Waiting;
        (was_confirmed && doubt == Some(ReadingDoubt::ReadAgain)).then(|| Self::claimed(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pickup::PickupAct;

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn doubt() -> impl Strategy<Value = Option<ReadingDoubt>> {
        prop::sample::select(vec![
            None,
            Some(ReadingDoubt::ReadAgain),
            Some(ReadingDoubt::TwoReadings),
            Some(ReadingDoubt::SeveralVehicles),
        ])
    }

    fn phase() -> impl Strategy<Value = PickupPhase> {
        prop::sample::select(vec![
            PickupPhase::Claimed,
            PickupPhase::Waiting,
            PickupPhase::Released,
            PickupPhase::HandedOver,
            PickupPhase::Rejected,
        ])
    }

    #[test]
    fn a_reading_that_does_not_stand_is_always_doubted() {
        for both in [false, true] {
            let doubted = Some(ReadingDoubt::ReadAgain);
            assert_eq!(RereadDoubts::new(RereadVerdict::FirstStands, both).second, doubted);
            assert_eq!(RereadDoubts::new(RereadVerdict::SecondStands, both).first, doubted);
        }
    }

    #[test]
    fn the_reading_that_stands_is_doubted_if_another_child_waits_for_the_same_car() {
        let alone = RereadDoubts::new(RereadVerdict::FirstStands, false);
        assert_eq!(alone.first, None);
        let both = RereadDoubts::new(RereadVerdict::FirstStands, true);
        assert_eq!(both.first, Some(ReadingDoubt::TwoReadings));
    }

    proptest! {
        /// Invariant 7: only a teacher's act moves an arrival forwards. A departure or a second reading takes back at most.
        #[test]
        fn no_later_event_of_a_car_releases_a_child(
            phase in phase(), claimed: bool, by_hand: bool, doubt in doubt()
        ) {
            let before = PickupState { phase, since: AT, claimed };
            let after = [before.after_departure(doubt, AT), before.after_misreading(by_hand, doubt, AT)];
            for state in after.into_iter().flatten() {
                prop_assert_eq!(before.phase, PickupPhase::Waiting);
                prop_assert!(matches!(state.phase, PickupPhase::Rejected | PickupPhase::Claimed));
                prop_assert!(state.act(PickupAct::Release, AT).is_err());
            }
        }
    }
}
