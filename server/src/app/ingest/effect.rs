//! What the reading of a car changes in a child's day:
//!
//! | open arrival of the child | the reading |
//! |---|---|
//! | with the same plate | changes nothing (a car that had left is back) |
//! | without a plate, by hand | becomes this car's, and the gate's word replaces the teacher's confirmation |
//! | with another plate | a second arrival that says `already_waiting` |
//! | none | an arrival; it says `already_handed_over` if another car took the child within the last hour |

use std::time::Duration;

use domain::pickup::{Phase, SAME_ARRIVAL};
use domain::time::Timestamp;
use protocol::people::Note;

use crate::store::arrival::Stored;
use crate::store::seal::Sealed;

/// How long a hand-over to another car is worth a word to the teacher.
const RECENTLY: Duration = Duration::from_secs(3600);

/// What a reading does to a child's day.
pub(super) enum Effect<'a> {
    Nothing,
    /// The car of this arrival is in again.
    Back(&'a Stored),
    /// This arrival by hand has its car now.
    Attach(&'a Stored),
    Arrive(Option<Note>),
}

pub(super) fn effect<'a>(day: &'a [Stored], plate: &Sealed, at: Timestamp) -> Effect<'a> {
    let same = |arrival: &&Stored| arrival.plate_hash.as_ref() == Some(&plate.hash);
    let open = || day.iter().filter(|arrival| arrival.pickup.phase.is_open());
    let repeated = |arrival: &&Stored| same(arrival) && at.since(arrival.arrived_at) <= SAME_ARRIVAL;
    if let Some(waiting) = open().find(same) {
        return if waiting.car_left_at.is_some_and(|left| left < at) {
            Effect::Back(waiting)
        } else {
            Effect::Nothing
        };
    }
    if day.iter().any(|arrival| repeated(&arrival)) {
        return Effect::Nothing;
    }
    if let Some(by_hand) = open().find(|arrival| arrival.plate_hash.is_none()) {
        return Effect::Attach(by_hand);
    }
    if open().next().is_some() {
        return Effect::Arrive(Some(Note::AlreadyWaiting));
    }
    let elsewhere = day.iter().any(|arrival| {
        arrival.pickup.phase == Phase::HandedOver
            && !same(&arrival)
            && at.since(arrival.pickup.since) <= RECENTLY
    });
    Effect::Arrive(elsewhere.then_some(Note::AlreadyHandedOver))
}
