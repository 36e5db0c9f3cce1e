//! What the camera and the garage know when a car stands at the gate.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Audience;
use crate::occupancy::Direction;
use crate::plate::Plate;
use crate::time::Timestamp;
use crate::vehicle::VehicleDetails;

#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    pub direction: Direction,
    pub plate: Option<&'a Plate>,
    pub confidence: u8,
    /// Percent; a reading below it goes to a person. A property of the lane's camera.
    pub min_confidence: u8,
    pub vehicle: VehicleDetails,
    /// Whether `at` can be believed: a box that has just booted without a network may have any time.
    pub clock: ClockTrust,
    pub at: Timestamp,
    pub occupied: i64,
    /// As whom the cars inside came in. Absent: not known, then each is taken for what would leave the least room.
    pub inside: Option<Cars>,
    /// What has become of reservations since the plan was made.
    pub uses: &'a Uses,
    pub alarm: Alarm,
}

/// Whether the gateway's clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockTrust {
    #[default]
    Trusted,
    /// The clock stands before a time that the box has already known: only rules without hours and weekdays hold.
    Untrusted,
}

/// What goes before every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alarm {
    #[default]
    None,
    Fire,
}

/// Reservations that were used here and that the plan may still name.
pub type Uses = HashMap<Uuid, Use>;

/// A reservation lets its car in as long as it has not left again: a barrier that was opened is not a car that came in, and
/// the driver may have to be read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Inside,
    Left,
}

/// How many cars of each audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cars {
    #[serde(default)]
    pub pickup: i64,
    #[serde(default)]
    pub staff: i64,
    #[serde(default)]
    pub resident: i64,
    #[serde(default)]
    pub public: i64,
}

impl Cars {
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

impl std::ops::Add for Cars {
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

impl std::ops::Neg for Cars {
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
