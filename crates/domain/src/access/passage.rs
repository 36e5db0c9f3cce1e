//! Facts about the car at the gate and about the garage, the input of a decision.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Audience;
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

/// Number of cars of each audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AudienceCounts {
    #[serde(default)]
    pub pickup: i64,
    #[serde(default)]
    pub staff: i64,
    #[serde(default)]
    pub resident: i64,
    #[serde(default)]
    pub public: i64,
}

impl AudienceCounts {
    pub const fn of(&self, audience: Audience) -> i64 {
        match audience {
            Audience::Pickup => self.pickup,
            Audience::Staff => self.staff,
            Audience::Resident => self.resident,
            Audience::Public => self.public,
        }
    }

    pub const fn add(&mut self, audience: Audience, cars: i64) {
        let now = match audience {
            Audience::Pickup => &mut self.pickup,
            Audience::Staff => &mut self.staff,
            Audience::Resident => &mut self.resident,
            Audience::Public => &mut self.public,
        };
        *now = now.saturating_add(cars);
    }

    pub const fn total(&self) -> i64 {
        self.pickup.saturating_add(self.staff).saturating_add(self.resident).saturating_add(self.public)
    }
}

impl std::ops::Add for AudienceCounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            pickup: self.pickup.saturating_add(other.pickup),
            staff: self.staff.saturating_add(other.staff),
            resident: self.resident.saturating_add(other.resident),
            public: self.public.saturating_add(other.public),
        }
    }
}

impl std::ops::Neg for AudienceCounts {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            pickup: self.pickup.saturating_neg(),
            staff: self.staff.saturating_neg(),
            resident: self.resident.saturating_neg(),
            public: self.public.saturating_neg(),
        }
    }
}
