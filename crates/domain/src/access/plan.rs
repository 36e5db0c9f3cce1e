//! What a gateway needs to decide alone.
//!
//! Whatever was added after the first version is left out where there is nothing to say: a plan without it is read, written
//! and decided by as before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Audience;
use crate::ids::{PoolId, WindowId};
use crate::minute::Minutes;
use crate::plate::Plate;
use crate::shared_window::DailyHours;
use crate::time::Timestamp;
use crate::vehicle::PlateColor;

/// A window made absolute, half-open `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub audience: Audience,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Absent: whoever is of the audience may come in as long as there is a space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<OpeningTerms>,
}

impl Opening {
    pub const fn new(audience: Audience, from: Timestamp, to: Timestamp) -> Self {
        Self { audience, from, to, terms: None }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// What a car must keep to that comes in without a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningTerms {
    pub window: WindowId,
    pub pool: PoolId,
    #[serde(rename = "min_stay_minutes")]
    pub min_stay: Minutes,
    #[serde(rename = "max_stay_minutes")]
    pub max_stay: Minutes,
    /// Local hours in which no car comes in, with a reservation neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_out: Option<DailyHours>,
    /// Cars without a reservation may come in: of the public anybody, of others the permitted plates.
    pub walk_in: bool,
    /// Those that may come only in a part of the opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// A part of the opening for some plates. What the number stands for the edge does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: u16,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// By plate and audience.
pub type PermitColors = BTreeMap<Plate, BTreeMap<Audience, BTreeSet<PlateColor>>>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPlan {
    pub capacity: u32,
    pub openings: Vec<Opening>,
    pub permits: HashMap<Plate, BTreeSet<Audience>>,
    /// Of permitted plates whose colour is known: the colours with which each audience's permit holds. A permit that is not here holds for
    /// every colour.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub colors: PermitColors,
    /// Past this instant only [`AccessPlan::standing`] is said; the rest is not trusted silently.
    pub valid_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    #[serde(default, skip_serializing_if = "Sharing::is_empty")]
    pub sharing: Sharing,
}

impl AccessPlan {
    /// The audiences as which this plate is permitted. A yellow and a blue plate of one text are two vehicles.
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

/// What goes on as usual where no newer plan has come: permitted plates in the hours of their audiences. Past it the plan
/// says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub until: Timestamp,
    /// Never the public's: what is reserved by then and how much room that leaves is not known.
    pub openings: Vec<Opening>,
}

/// What must be left alone, and who has a right to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sharing {
    /// Those that begin while the plan is valid and whose car is not inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<PlannedReservation>,
    /// Plates that do not come in as the public.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blocked: BTreeSet<Plate>,
    /// Of each pool the limits from a time on, in order. Before the first nothing is open.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<PoolId, Vec<Limit>>,
    /// Groups of the plates that are in some; a number that an opening does not name means all of that opening.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<Plate, BTreeSet<u16>>,
}

/// A space that is reserved. Its plate may come from `enter_from` (its start, less how early it may be) until
/// `enter_until`, and takes its space from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReservation {
    pub id: Uuid,
    /// Absent: the space is held for somebody who has not accepted it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<Plate>,
    /// Of the plate, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_color: Option<PlateColor>,
    pub audience: Audience,
    pub pool: PoolId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub enter_from: Timestamp,
    pub enter_until: Timestamp,
}

/// How much of a pool may be taken from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub from: Timestamp,
    /// Spaces in service.
    pub capacity: u32,
    /// Of audiences with an open window. What those that come first have not taken of theirs is kept for them.
    pub quota: BTreeMap<Audience, u32>,
}

impl Sharing {
    pub fn is_empty(&self) -> bool {
        self.reservations.is_empty()
            && self.blocked.is_empty()
            && self.pools.is_empty()
            && self.groups.is_empty()
    }
}
