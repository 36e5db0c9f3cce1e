//! The access plan: what a gateway needs to decide alone.
//!
//! Fields that were added after the first version are omitted when empty: a plan without them is read, written and applied
//! as before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Audience;
use crate::capacity::CapacityLimit;
use crate::ids::{PoolId, ReservationId, WindowId};
use crate::minute::Minutes;
use crate::plate::Plate;
use crate::shared_window::DailyHours;
use crate::time::Timestamp;
use crate::vehicle::PlateColor;

/// A window made absolute, half-open `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedOpening {
    pub audience: Audience,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Absent: every car of the audience may enter while a space is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<OpeningTerms>,
}

impl PlannedOpening {
    pub const fn new(audience: Audience, from: Timestamp, to: Timestamp) -> Self {
        Self { audience, from, to, terms: None }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Terms for a car that enters without a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningTerms {
    pub window: WindowId,
    pub pool: PoolId,
    #[serde(rename = "min_stay_minutes")]
    pub min_stay: Minutes,
    #[serde(rename = "max_stay_minutes")]
    pub max_stay: Minutes,
    /// Local hours in which no car enters, not even with a reservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_out: Option<DailyHours>,
    /// Cars without a reservation may enter: any car of the public, and the permitted plates of other audiences.
    pub walk_in: bool,
    /// Groups of plates that may enter only in a part of the opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<OpeningGroup>,
}

/// A part of the opening for some plates. The edge does not know the meaning of `id`: it holds no data of classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningGroup {
    pub id: u16,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Colours with which a permit is valid, by plate and audience.
pub type PermitColors = BTreeMap<Plate, BTreeMap<Audience, BTreeSet<PlateColor>>>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessPlan {
    pub capacity: u32,
    pub openings: Vec<PlannedOpening>,
    pub permits: HashMap<Plate, BTreeSet<Audience>>,
    /// For permitted plates with a known colour: the colours with which each audience's permit is valid. A permit that is
    /// not listed is valid for every colour.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Plate, BTreeMap<Audience, BTreeSet<PlateColor>>>))]
    pub colors: PermitColors,
    /// From this instant on only [`AccessPlan::standing`] is valid; the rest is never used silently.
    pub valid_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingRights>,
    #[serde(default, skip_serializing_if = "SharingPlan::is_empty")]
    pub sharing: SharingPlan,
}

impl AccessPlan {
    /// Audiences under which this plate has a permit. A yellow and a blue plate with the same text are two vehicles.
    pub fn permitted(&self, plate: &Plate, color: Option<PlateColor>) -> impl Iterator<Item = Audience> {
        let colors = self.colors.get(plate);
        let holds = move |audience: &Audience| {
            let known = colors.and_then(|colors| colors.get(audience));
            known.is_none_or(|known| {
                known.iter().any(|one| PlateColor::may_be_same_vehicle(Some(*one), color))
            })
        };
        self.permits.get(plate).into_iter().flatten().copied().filter(holds)
    }
}

/// Rights that stay valid if no newer plan arrives: permitted plates in the hours of their audiences. After `until` the
/// plan grants nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandingRights {
    pub until: Timestamp,
    /// Never openings of the public: reservations of that time, and the room that they leave, are unknown.
    pub openings: Vec<PlannedOpening>,
}

/// Reserved and kept spaces, and the plates with a right to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharingPlan {
    /// Reservations that begin while the plan is valid and whose car is not inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<PlannedReservation>,
    /// Plates that must not enter as the public.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blocked: BTreeSet<Plate>,
    /// The limits of each pool over time, in order. Before the first nothing is open.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<PoolId, Vec<PlannedLimit>>,
    /// Group ids of each plate in a group. If an opening does not list the id, the plate may enter in all of that opening.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<Plate, BTreeSet<u16>>,
}

/// A reserved space. Its plate may enter from `enter_from` (the start minus the allowed earliness) until `enter_until`, and
/// takes the space from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedReservation {
    pub id: ReservationId,
    /// Absent: the space is held for an offer that is not accepted yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<Plate>,
    /// Absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_color: Option<PlateColor>,
    pub audience: Audience,
    pub pool: PoolId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub enter_from: Timestamp,
    pub enter_until: Timestamp,
}

/// How much of a pool may be taken from `from` on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedLimit {
    pub from: Timestamp,
    #[serde(flatten)]
    pub limit: CapacityLimit,
}

impl SharingPlan {
    pub fn is_empty(&self) -> bool {
        self.reservations.is_empty()
            && self.blocked.is_empty()
            && self.pools.is_empty()
            && self.groups.is_empty()
    }
}
