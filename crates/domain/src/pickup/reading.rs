//! Effect of a car's reading on a child's day:
//!
//! | open arrival of the child | the reading |
//! |---|---|
//! | with the same plate | changes nothing, unless the car had left, passes the gate only now, or was in doubt |
//! | without a plate, by hand | becomes this car's, and the reading replaces the teacher's confirmation |
//! | with another plate | creates a second arrival with the note `already_waiting` |
//! | none | creates an arrival; its note is `already_handed_over` if another car took the child within the last hour |

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{PickupPhase, PickupState, SAME_ARRIVAL};
use crate::time::Timestamp;

/// A hand-over to another car within this time is noted for the teacher.
const RECENTLY: Duration = Duration::from_secs(3600);

/// A warning to the teacher before the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArrivalNote {
    /// Another guardian's car is waiting for the same child already.
    AlreadyWaiting,
    /// The child was handed over to another car less than an hour ago.
    AlreadyHandedOver,
}

/// Reason for the teacher to check the car before the release. It neither removes an arrival nor releases a child: a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadingDoubt {
    /// The camera read this car again as another plate; the other reading stands.
    ReadAgain,
    /// The camera read this car as two plates; another child may have an arrival for the same car.
    TwoReadings,
    /// Several registered vehicles have this plate text in different colours, and the camera reported no colour.
    SeveralVehicles,
}

impl ReadingDoubt {
    /// A new reading of the same plate resolves the doubt: the car has come itself.
    pub const fn ends_with_reading(self) -> bool {
        match self {
            Self::ReadAgain | Self::TwoReadings => true,
            Self::SeveralVehicles => false,
        }
    }
}

/// An arrival of the child on this day, as far as a reading depends on it. Plates are compared by their keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalOfDay<'a, A> {
    /// The caller's arrival.
    pub arrival: A,
    /// Absent for an arrival by hand.
    pub plate: Option<&'a [u8]>,
    pub pickup: PickupState,
    pub arrived_at: Timestamp,
    /// When the car passed the gate.
    pub entered_at: Option<Timestamp>,
    pub car_left_at: Option<Timestamp>,
    pub doubt: Option<ReadingDoubt>,
}

/// A reading of a guardian's car that the gate admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardianReading<'a> {
    pub plate: &'a [u8],
    pub at: Timestamp,
    pub passage: ReadingPassage,
    pub order: ReadingOrder,
    /// The doubt that a new arrival of this reading has.
    pub doubt: Option<ReadingDoubt>,
}

/// Whether the reading itself counts the car in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingPassage {
    Enters,
    StandsAtGate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingOrder {
    First,
    /// The second reading of a car.
    Second,
}

/// Effect of a reading on a child's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingEffect<A> {
    Nothing,
    /// The car of this arrival has come back, passes the gate, or is read again after a doubt.
    Again(A, CarSeen),
    /// This arrival was made by hand; the reading adds its car. A claim becomes an arrival and cannot become a claim again.
    Attach(A, PickupState),
    Arrive(Option<ArrivalNote>),
}

/// The car of an arrival after another reading of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarSeen {
    pub entered_at: Option<Timestamp>,
    pub doubt: Option<ReadingDoubt>,
}

impl GuardianReading<'_> {
    /// When the car passed the gate, if the reading counts it in.
    pub const fn entered_at(&self) -> Option<Timestamp> {
        match self.passage {
            ReadingPassage::Enters => Some(self.at),
            ReadingPassage::StandsAtGate => None,
        }
    }

    /// The effect on the child's `day`. `now` is the time of the change.
    pub fn effect<A: Copy>(&self, day: &[ArrivalOfDay<'_, A>], now: Timestamp) -> ReadingEffect<A> {
        let same = |arrival: &&ArrivalOfDay<'_, A>| arrival.plate == Some(self.plate);
        let open = || day.iter().filter(|arrival| arrival.pickup.phase.is_open());
        if let Some(waiting) = open().find(same) {
            return if waiting.is_changed_by(self) {
                ReadingEffect::Again(waiting.arrival, waiting.seen_by(self))
            } else {
                ReadingEffect::Nothing
            };
        }
        // An arrival that a teacher has rejected does not suppress a car that comes now.
        let repeated = |arrival: &&ArrivalOfDay<'_, A>| {
            same(arrival)
                && arrival.pickup.phase != PickupPhase::Rejected
                && self.at.since(arrival.arrived_at) <= SAME_ARRIVAL
        };
        if day.iter().any(|arrival| repeated(&arrival)) {
            return ReadingEffect::Nothing;
        }
        if let Some(by_hand) = open().find(|arrival| arrival.plate.is_none()) {
            return ReadingEffect::Attach(by_hand.arrival, by_hand.pickup.with_car(now));
        }
        if open().next().is_some() {
            return ReadingEffect::Arrive(Some(ArrivalNote::AlreadyWaiting));
        }
        let elsewhere = day.iter().any(|arrival| {
            arrival.pickup.phase == PickupPhase::HandedOver
                && !same(&arrival)
                && self.at.since(arrival.pickup.since) <= RECENTLY
        });
        ReadingEffect::Arrive(elsewhere.then_some(ArrivalNote::AlreadyHandedOver))
    }
}

impl<A> ArrivalOfDay<'_, A> {
    /// The car was read and has not passed the gate.
    pub const fn is_at_gate(&self) -> bool {
        self.plate.is_some() && self.entered_at.is_none() && self.car_left_at.is_none()
    }

    fn is_changed_by(&self, reading: &GuardianReading<'_>) -> bool {
        let is_back = self.car_left_at.is_some_and(|left| left < reading.at);
        let enters = reading.passage == ReadingPassage::Enters && self.is_at_gate();
        is_back || enters || (self.is_cleared_by(reading) && self.arrived_at < reading.at)
    }

    /// The second reading of a car raises a doubt and ends none.
    fn is_cleared_by(&self, reading: &GuardianReading<'_>) -> bool {
        reading.order == ReadingOrder::First && self.doubt.is_some_and(ReadingDoubt::ends_with_reading)
    }

    fn seen_by(&self, reading: &GuardianReading<'_>) -> CarSeen {
        let ends_doubt = self.is_cleared_by(reading);
        // The car that passed the gate under a misread plate was another car.
        let was_other = ends_doubt && self.doubt == Some(ReadingDoubt::ReadAgain);
        let is_inside = self.entered_at.is_some() && self.car_left_at.is_none() && !was_other;
        CarSeen {
            entered_at: if is_inside { self.entered_at } else { reading.entered_at() },
            doubt: if ends_doubt { reading.doubt } else { self.doubt },
        }
    }
}

impl PickupState {
    /// The state after a camera has read the car of an arrival that was made by hand.
    fn with_car(self, now: Timestamp) -> Self {
        match self.phase {
            PickupPhase::Claimed => Self::arrived(now),
            PickupPhase::Waiting
            | PickupPhase::Released
            | PickupPhase::HandedOver
            | PickupPhase::Rejected => self,
        }
    }
}

#[cfg(test)]
mod tests;
