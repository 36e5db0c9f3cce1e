//! Facts about the car at the gate and about the garage, the input of a decision.

use std::collections::HashMap;

use crate::capacity::AudienceCounts;
use crate::ids::ReservationId;
use crate::occupancy::LaneDirection;
use crate::plate::Plate;
use crate::time::Timestamp;
use crate::vehicle::VehicleDetails;

#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    pub direction: LaneDirection,
    pub plate: Option<&'a Plate>,
    pub confidence: u8,
    /// Percent; a reading below it goes to a person. Set per lane, for its camera.
    pub min_confidence: u8,
    pub vehicle: VehicleDetails,
    /// Whether `at` can be trusted: a gateway that has just booted without a network may have any time.
    pub clock: ClockTrust,
    pub at: Timestamp,
    pub occupied: i64,
    /// Cars inside by the audience under which they entered. If absent, all count for the audience that leaves the least room.
    pub inside: Option<AudienceCounts>,
    /// Use of reservations since the plan was made.
    pub uses: &'a ReservationUses,
    pub alarm: GarageAlarm,
}

/// Whether the gateway's clock can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockTrust {
    #[default]
    Trusted,
    /// The clock is behind a time that the gateway has already recorded: only rules without hours and weekdays hold.
    Untrusted,
}

/// Alarm of the garage; it overrides every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GarageAlarm {
    #[default]
    None,
    Fire,
}

/// Reservations that were used at this garage and that the plan may still contain, by id.
pub type ReservationUses = HashMap<ReservationId, ReservationUse>;

/// A reservation admits its car until the car has left again: an opened barrier does not prove that the car entered, and
/// the camera may have to read it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationUse {
    Inside,
    Left,
}
