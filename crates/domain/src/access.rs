//! Access decisions: whether a car may enter. The edge and the server call one function (invariant 3).
//!
//! A gateway holds an [`AccessPlan`] for the next 48 hours and decides alone. The plan names plates, audiences and numbers
//! of spaces, never people: the edge box holds no children's data (invariant 7).
//!
//! - [`plan`]: openings, permits, and what is shared: reservations, limits, blocked plates
//! - [`planning`]: the plan's part that follows from a garage's layout and book
//! - [`passage`]: facts about the car at the gate and about the garage, the input of a decision
//! - [`mod@candidates`]: expected plates that resemble a doubtful reading, for a person to choose from
//! - [`decision`]: the decision and the text of the lane's display
//! - [`entry`]: the rights by which a car enters, and their order
//! - [`room`]: how long a car without a reservation may stay without using reserved or kept spaces

mod candidates;
mod decision;
mod entry;
mod passage;
mod plan;
mod planning;
mod room;

use crate::occupancy::LaneDirection;
use crate::plate::Plate;

pub use crate::audience::Audience;
pub use crate::capacity::AudienceCounts;
pub use candidates::{PlateCandidate, candidates};
pub use decision::{AccessDecision, DenialReason, ORDERED_DISPLAY, OverrideReason, display_text};
pub use passage::{AccessRequest, ClockTrust, GarageAlarm, ReservationUse, ReservationUses};
pub use plan::{
    AccessPlan, OpeningGroup, OpeningTerms, PermitColors, PlannedLimit, PlannedOpening, PlannedReservation,
    SharingPlan, StandingRights,
};
pub use planning::{ClassNumbers, PlanPeriod, PlannedHours};

/// Readings below this confidence (percent) go to a person instead of opening a gate, where a lane sets no other limit.
pub const MIN_CONFIDENCE: u8 = 80;

/// Decides for one passage. A fire alarm opens every lane: the car at an entry may be the fire brigade, and a closed barrier
/// blocks the way out. Exits always open, also for blocked plates and in lock-out hours: no car is trapped (invariant 8).
pub fn decide(plan: Option<&AccessPlan>, passage: &AccessRequest<'_>) -> AccessDecision {
    if passage.alarm == GarageAlarm::Fire {
        return AccessDecision::fire();
    }
    match passage.direction {
        LaneDirection::Out => AccessDecision::open(None),
        LaneDirection::In => match entry::decide(plan, passage) {
            decision if !decision.opens() && is_emergency(passage) => AccessDecision::emergency(),
            decision => decision,
        },
    }
}

/// Police, armed police, fire and rescue enter at any hour, even if the garage is full. The plate alone decides, and the
/// camera must have read it without doubt.
fn is_emergency(passage: &AccessRequest<'_>) -> bool {
    passage.confidence >= passage.min_confidence
        && !passage.vehicle.is_suspect
        && passage.plate.is_some_and(Plate::is_emergency)
}

#[cfg(test)]
mod sharing_tests;
#[cfg(test)]
mod tests;
