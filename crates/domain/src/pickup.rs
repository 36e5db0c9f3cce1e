//! States of an arrival, from the car at the gate to the hand-over of the child.
//!
//! ```text
//! Claimed --confirm--> Waiting --release--> Released --hand over--> HandedOver
//!    \---reject--> Rejected <--not here-- Waiting
//! ```
//! A car match alone never releases a child (invariant 7): each step past `Waiting` is a teacher's act.
//! A teacher can undo the last act within [`UNDO_WINDOW`].

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How long the last act can be undone: long enough to notice a slip, too short to rewrite a day.
pub const UNDO_WINDOW: Duration = Duration::from_secs(120);

/// Readings of one car within this time are one arrival (cameras report a passage more than once).
pub const SAME_ARRIVAL: Duration = Duration::from_secs(60);

/// State of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
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
pub enum Act {
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
pub struct Pickup {
    pub phase: Phase,
    pub since: Timestamp,
    /// The arrival began as a claim; undoing the confirmation returns it to `Claimed`.
    pub claimed: bool,
}

/// Why an act is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PickupError {
    #[error("{act:?} is not possible while the arrival is {phase:?}")]
    Phase { act: Act, phase: Phase },
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error("the last act is too long ago to be undone")]
    TooLate,
}

impl Phase {
    /// An open arrival still needs an act of the teacher.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Claimed | Self::Waiting | Self::Released)
    }
}

impl Pickup {
    pub fn arrived(at: Timestamp) -> Self {
        Self { phase: Phase::Waiting, since: at, claimed: false }
    }

    pub fn claimed(at: Timestamp) -> Self {
        Self { phase: Phase::Claimed, since: at, claimed: true }
    }

    /// Applies an act and returns the next state.
    pub fn act(self, act: Act, at: Timestamp) -> Result<Self, PickupError> {
        let phase = match (act, self.phase) {
            (Act::Confirm, Phase::Claimed) => Phase::Waiting,
            (Act::Reject, Phase::Claimed) | (Act::NotHere, Phase::Waiting) => Phase::Rejected,
            (Act::Release, Phase::Waiting) => Phase::Released,
            (Act::HandOver, Phase::Released) => Phase::HandedOver,
            (Act::Undo, _) => self.undone(at)?,
            (Act::Confirm | Act::Reject | Act::Release | Act::HandOver | Act::NotHere, phase) => {
                return Err(PickupError::Phase { act, phase });
            }
        };
        Ok(Self { phase, since: at, claimed: self.claimed })
    }

    fn undone(self, at: Timestamp) -> Result<Phase, PickupError> {
        let before = match self.phase {
            Phase::Released => Phase::Waiting,
            Phase::HandedOver => Phase::Released,
            Phase::Rejected if !self.claimed => Phase::Waiting,
            Phase::Rejected => Phase::Claimed,
            Phase::Waiting if self.claimed => Phase::Claimed,
            Phase::Waiting | Phase::Claimed => return Err(PickupError::NothingToUndo),
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
        let p = Pickup::arrived(at(0)).act(Act::Release, at(10)).unwrap();
        let p = p.act(Act::HandOver, at(20)).unwrap();
        assert_eq!(p.phase, Phase::HandedOver);
        let p = p.act(Act::Undo, at(30)).unwrap();
        assert_eq!(p.phase, Phase::Released);
    }

    #[test]
    fn a_slip_can_be_undone_but_not_yesterday() {
        let p = Pickup::arrived(at(0)).act(Act::Release, at(10)).unwrap();
        assert!(p.act(Act::Undo, at(130)).is_ok());
        assert_eq!(p.act(Act::Undo, at(131)), Err(PickupError::TooLate));
    }

    #[test]
    fn a_claim_waits_for_the_teacher() {
        let claim = Pickup::claimed(at(0));
        assert!(claim.act(Act::Release, at(1)).is_err());
        let p = claim.act(Act::Confirm, at(1)).unwrap();
        assert_eq!(p.phase, Phase::Waiting);
        assert_eq!(p.act(Act::Undo, at(2)).unwrap().phase, Phase::Claimed);
    }

    #[test]
    fn a_car_that_is_not_here_can_be_taken_back() {
        let gone = Pickup::arrived(at(0)).act(Act::NotHere, at(1)).unwrap();
        assert_eq!(gone.phase, Phase::Rejected);
        assert!(gone.act(Act::Release, at(2)).is_err());
        assert_eq!(gone.act(Act::Undo, at(2)).unwrap().phase, Phase::Waiting);
        let released = Pickup::arrived(at(0)).act(Act::Release, at(1)).unwrap();
        assert!(released.act(Act::NotHere, at(2)).is_err());
    }

    fn any_act() -> impl Strategy<Value = Act> {
        prop_oneof![
            Just(Act::Confirm),
            Just(Act::Reject),
            Just(Act::Release),
            Just(Act::HandOver),
            Just(Act::Undo),
            Just(Act::NotHere)
        ]
    }

    proptest! {
        #[test]
        fn no_child_is_handed_over_without_a_release(acts in prop::collection::vec(any_act(), 0..20), claimed in any::<bool>()) {
            let mut p = if claimed { Pickup::claimed(at(0)) } else { Pickup::arrived(at(0)) };
            for act in acts {
                let Ok(next) = p.act(act, at(1)) else { continue };
                if next.phase == Phase::HandedOver {
                    prop_assert_eq!((p.phase, act), (Phase::Released, Act::HandOver));
                }
                if p.phase == Phase::Claimed {
                    prop_assert!(matches!(next.phase, Phase::Waiting | Phase::Rejected));
                }
                p = next;
            }
        }
    }
}
