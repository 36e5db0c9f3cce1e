//! May this car in? One function for the edge and the server (invariant 3).
//!
//! A gateway holds an [`AccessPlan`] for the next 48 hours and decides alone. The plan names plates, audiences and numbers
//! of spaces, never people: the edge box holds no children's data (invariant 7).
//!
//! - [`plan`]: openings, permits, and what is shared: reservations, limits, blocked plates
//! - [`passage`]: what the camera and the garage know when a car stands at the gate
//! - [`candidates`]: of which expected car a doubtful reading may be, for a person
//! - [`decision`]: the answer, and what the lane's display says
//! - [`entry`]: by which right a car comes in, in which order rights are looked at
//! - [`room`]: until when a car without a reservation may stay and leave alone what is reserved and kept

mod candidates;
mod decision;
mod entry;
mod passage;
mod plan;
mod room;

use serde::{Deserialize, Serialize};

use crate::occupancy::Direction;
use crate::plate::Plate;

pub use candidates::{Candidate, candidates};
pub use decision::{Because, Decision, ORDERED_DISPLAY, Reason, display_text};
pub use passage::{Alarm, Cars, ClockTrust, Passage, Use, Uses};
pub use plan::{
    AccessPlan, Group, Limit, Opening, OpeningTerms, PermitColors, PlannedReservation, Sharing, Standing,
};

/// Readings below this confidence (percent) go to a person instead of opening a gate, where a lane sets no other limit.
pub const MIN_CONFIDENCE: u8 = 80;

/// Whom a window is for. The order is the priority: a parent who is also a neighbour comes as a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Pickup,
    Staff,
    Resident,
    Public,
}

/// Decides for one passage. A fire opens for everybody, whatever else is known: who wants in may be the fire brigade, and a barrier
/// that is down is in the way of those who want out. Exits always open, also for blocked plates and in locked hours: nobody is trapped (invariant 8).
pub fn decide(plan: Option<&AccessPlan>, passage: &Passage<'_>) -> Decision {
    if passage.alarm == Alarm::Fire {
        return Decision::fire();
    }
    match passage.direction {
        Direction::Out => Decision::open(None),
        Direction::In => match entry::decide(plan, passage) {
            decision if !decision.opens() && is_emergency(passage) => Decision::emergency(),
            decision => decision,
        },
    }
}

/// Told by the plate alone, read without doubt: police, armed police, fire and rescue come in at any hour, however full it is.
fn is_emergency(passage: &Passage<'_>) -> bool {
    passage.confidence >= passage.min_confidence
        && !passage.vehicle.is_suspect
        && passage.plate.is_some_and(Plate::is_emergency)
}

#[cfg(test)]
mod sharing_tests;
#[cfg(test)]
mod tests;
