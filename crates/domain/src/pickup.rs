//! States of an arrival, from the car at the gate to the hand-over of the child.
//!
//! ```text
//! Claimed --confirm--> Waiting --release--> Released --hand over--> HandedOver
//!    \---reject--> Rejected <--not here-- Waiting
//! ```
//! A car match alone never releases a child (invariant 7): each step past `Waiting` is a teacher's act.
//! A teacher can undo the last act within [`UNDO_WINDOW`].

mod reading;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

pub use reading::{
    ArrivalNote, ArrivalOfDay, CarSeen, GuardianReading, ReadingDoubt, ReadingEffect, ReadingOrder,
    ReadingPassage,
};

/// How long the last act can be undone: long enough to notice a slip, too short to rewrite a day.
pub const UNDO_WINDOW: Duration = Duration::from_secs(120);

/// Readings of one car within this time are one arrival (cameras report a passage more than once).
pub const SAME_ARRIVAL: Duration = Duration::from_secs(60);

/// State of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickupPhase {
    /// A manual "I am here" for an unread plate; the teacher must confirm it.
    Claimed,
    /// A guardian's car has entered; the child has not left the class.
    Waiting,
    /// The child is on the way to, or in, the waiting hall.
    Released,
    /// The child is with the guardian.
    HandedOver,
    /// The teacher found a claim or a reading to be wrong.
    Rejected,
}

/// An act of a teacher on an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickupAct {
    Confirm,
    Reject,
    Release,
    HandOver,
    Undo,
    /// The car or the guardian is absent: the reading was of another car, or the car has turned back.
    NotHere,
}

/// An arrival's phase and the time of its last transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickupState {
    pub phase: PickupPhase,
    pub since: Timestamp,
    /// The arrival began as a claim; undoing the confirmation returns it to `Claimed`.
    pub claimed: bool,
}

/// Why an act is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PickupError {
    #[error("{act:?} is not possible while the arrival is {phase:?}")]
    Phase { act: PickupAct, phase: PickupPhase },
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error("the last act is too long ago to be undone")]
    TooLate,
}

impl PickupPhase {
    /// An open arrival still needs an act of the teacher.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Claimed | Self::Waiting | Self::Released)
    }
}

impl PickupState {
    pub fn arrived(at: Timestamp) -> Self {
        Self { phase: PickupPhase::Waiting, since: at, claimed: false }
    }

    pub fn claimed(at: Timestamp) -> Self {
        Self { phase: PickupPhase::Claimed, since: at, claimed: true }
    }

    /// Applies an act and returns the next state.
    pub fn act(self, act: PickupAct, at: Timestamp) -> Result<Self, PickupError> {
        let phase = match (act, self.phase) {
            (PickupAct::Confirm, PickupPhase::Claimed) => PickupPhase::Waiting,
            (PickupAct::Reject, PickupPhase::Claimed) | (PickupAct::NotHere, PickupPhase::Waiting) => {
                PickupPhase::Rejected
            }
            (PickupAct::Release, PickupPhase::Waiting) => PickupPhase::Released,
            (PickupAct::HandOver, PickupPhase::Released) => PickupPhase::HandedOver,
            (PickupAct::Undo, _) => self.undone(at)?,
            (
                PickupAct::Confirm
                | PickupAct::Reject
                | PickupAct::Release
                | PickupAct::HandOver
                | PickupAct::NotHere,
                phase,
            ) => {
                return Err(PickupError::Phase { act, phase });
            }
        };
        Ok(Self { phase, since: at, claimed: self.claimed })
    }

    fn undone(self, at: Timestamp) -> Result<PickupPhase, PickupError> {
        let before = match self.phase {
            PickupPhase::Released => PickupPhase::Waiting,
            PickupPhase::HandedOver => PickupPhase::Released,
            PickupPhase::Rejected if !self.claimed => PickupPhase::Waiting,
            PickupPhase::Rejected => PickupPhase::Claimed,
            PickupPhase::Waiting if self.claimed => PickupPhase::Claimed,
            PickupPhase::Waiting | PickupPhase::Claimed => return Err(PickupError::NothingToUndo),
        };
        if at.since(self.since) > UNDO_WINDOW {
            return Err(PickupError::TooLate);
        }
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_usual_way_ends_in_the_right_hands() {
        let p = PickupState::arrived(at(0)).act(PickupAct::Release, at(10)).unwrap();
        let p = p.act(PickupAct::HandOver, at(20)).unwrap();
        assert_eq!(p.phase, PickupPhase::HandedOver);
        let p = p.act(PickupAct::Undo, at(30)).unwrap();
        assert_eq!(p.phase, PickupPhase::Released);
    }

    #[test]
    fn a_slip_can_be_undone_but_not_yesterday() {
        let p = PickupState::arrived(at(0)).act(PickupAct::Release, at(10)).unwrap();
        assert!(p.act(PickupAct::Undo, at(130)).is_ok());
        assert_eq!(p.act(PickupAct::Undo, at(131)), Err(PickupError::TooLate));
    }

    #[test]
    fn a_claim_waits_for_the_teacher() {
        let claim = PickupState::claimed(at(0));
        assert!(claim.act(PickupAct::Release, at(1)).is_err());
        let p = claim.act(PickupAct::Confirm, at(1)).unwrap();
        assert_eq!(p.phase, PickupPhase::Waiting);
        assert_eq!(p.act(PickupAct::Undo, at(2)).unwrap().phase, PickupPhase::Claimed);
    }

    #[test]
    fn a_car_that_is_not_here_can_be_taken_back() {
        let gone = PickupState::arrived(at(0)).act(PickupAct::NotHere, at(1)).unwrap();
        assert_eq!(gone.phase, PickupPhase::Rejected);
        assert!(gone.act(PickupAct::Release, at(2)).is_err());
        assert_eq!(gone.act(PickupAct::Undo, at(2)).unwrap().phase, PickupPhase::Waiting);
        let released = PickupState::arrived(at(0)).act(PickupAct::Release, at(1)).unwrap();
        assert!(released.act(PickupAct::NotHere, at(2)).is_err());
    }

    fn any_act() -> impl Strategy<Value = PickupAct> {
        prop_oneof![
            Just(PickupAct::Confirm),
            Just(PickupAct::Reject),
            Just(PickupAct::Release),
            Just(PickupAct::HandOver),
            Just(PickupAct::Undo),
            Just(PickupAct::NotHere)
        ]
    }

    proptest! {
        #[test]
        fn no_child_is_handed_over_without_a_release(acts in prop::collection::vec(any_act(), 0..20), claimed in any::<bool>()) {
            let mut p = if claimed { PickupState::claimed(at(0)) } else { PickupState::arrived(at(0)) };
            for act in acts {
                let Ok(next) = p.act(act, at(1)) else { continue };
                if next.phase == PickupPhase::HandedOver {
                    prop_assert_eq!((p.phase, act), (PickupPhase::Released, PickupAct::HandOver));
                }
                if p.phase == PickupPhase::Claimed {
                    prop_assert!(matches!(next.phase, PickupPhase::Waiting | PickupPhase::Rejected));
                }
                p = next;
            }
        }
    }
}
