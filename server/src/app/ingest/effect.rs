//! Effect of a car's reading on a child's day:
//!
//! | open arrival of the child | the reading |
//! |---|---|
//! | with the same plate | changes nothing, unless the car had left, passes the gate only now, or was in doubt |
//! | without a plate, by hand | becomes this car's, and the reading replaces the teacher's confirmation |
//! | with another plate | creates a second arrival with the note `already_waiting` |
//! | none | creates an arrival; its note is `already_handed_over` if another car took the child within the last hour |

use std::time::Duration;

use domain::pickup::{PickupPhase, SAME_ARRIVAL};
use domain::time::Timestamp;
use protocol::people::{ArrivalNote, ReadingDoubt};

use crate::store::arrival::SealedArrival;
use crate::store::seal::SealedValue;

/// A hand-over to another car within this time is noted for the teacher.
const RECENTLY: Duration = Duration::from_secs(3600);

/// The facts of a reading on which the effect depends.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadingFacts<'a> {
    pub plate: &'a SealedValue,
    pub at: Timestamp,
    /// The reading itself counts the car in.
    pub passes: bool,
    /// It is the second reading of a car.
    pub rereads: bool,
}

/// Effect of a reading on a child's day.
pub(super) enum ReadingEffect<'a> {
    Nothing,
    /// The car of this arrival has come back, passes the gate, or is read again after a doubt.
    Again(&'a SealedArrival),
    /// This arrival was made by hand; the reading adds its car.
    Attach(&'a SealedArrival),
    Arrive(Option<ArrivalNote>),
}

pub(super) fn effect<'a>(day: &'a [SealedArrival], reading: ReadingFacts<'_>) -> ReadingEffect<'a> {
    let at = reading.at;
    let same = |arrival: &&SealedArrival| arrival.plate_hash.as_ref() == Some(&reading.plate.hash);
    let open = || day.iter().filter(|arrival| arrival.pickup.phase.is_open());
    if let Some(waiting) = open().find(same) {
        return if is_news(waiting, reading) {
            ReadingEffect::Again(waiting)
        } else {
            ReadingEffect::Nothing
        };
    }
    // An arrival that a teacher has rejected does not suppress a car that comes now.
    let repeated = |arrival: &&SealedArrival| {
        same(arrival)
            && arrival.pickup.phase != PickupPhase::Rejected
            && at.since(arrival.arrived_at) <= SAME_ARRIVAL
    };
    if day.iter().any(|arrival| repeated(&arrival)) {
        return ReadingEffect::Nothing;
    }
    if let Some(by_hand) = open().find(|arrival| arrival.plate_hash.is_none()) {
        return ReadingEffect::Attach(by_hand);
    }
    if open().next().is_some() {
        return ReadingEffect::Arrive(Some(ArrivalNote::AlreadyWaiting));
    }
    let elsewhere = day.iter().any(|arrival| {
        arrival.pickup.phase == PickupPhase::HandedOver
            && !same(&arrival)
            && at.since(arrival.pickup.since) <= RECENTLY
    });
    ReadingEffect::Arrive(elsewhere.then_some(ArrivalNote::AlreadyHandedOver))
}

fn is_news(waiting: &SealedArrival, reading: ReadingFacts<'_>) -> bool {
    let is_back = waiting.car_left_at.is_some_and(|left| left < reading.at);
    let enters = reading.passes && waiting.is_at_gate();
    is_back || enters || (is_doubted(waiting) && !reading.rereads && waiting.arrived_at < reading.at)
}

/// A doubt that a new reading of the same plate resolves: the car has come itself.
pub(super) fn is_doubted(arrival: &SealedArrival) -> bool {
    matches!(arrival.doubt, Some(ReadingDoubt::ReadAgain | ReadingDoubt::TwoReadings))
}
