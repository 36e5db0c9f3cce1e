//! What a garage shares, with recurring windows resolved to absolute openings: the input of its book.

use std::collections::{BTreeMap, HashSet};

use crate::ids::PoolId;
use crate::minute::Minutes;
use crate::shared_window::WindowOpening;

pub use crate::space::{SpaceClosure, SpacePool};

/// A plate's keyed hash: the book compares plates without knowing them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlateKey(pub Vec<u8>);

/// Everything that limits a garage's book, from yesterday to beyond the longest horizon.
#[derive(Debug, Clone, Default)]
pub struct GarageLayout {
    pub pools: BTreeMap<PoolId, SpacePool>,
    /// Sorted by start.
    pub openings: Vec<WindowOpening>,
    pub closures: Vec<SpaceClosure>,
    pub rules: GarageRules,
    pub blocked: HashSet<PlateKey>,
}

/// Rules of a garage that apply to all windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GarageRules {
    /// Maximum of live reservations of one person at this garage.
    pub live_per_person: u32,
    /// Maximum of live reservations of one plate at this garage; they never overlap.
    pub live_per_plate: u32,
    /// How long an unconfirmed hold keeps its space.
    pub hold: Minutes,
    /// How long an offer to the waiting list can be accepted.
    pub offer: Minutes,
    /// An overstaying car counts as staying at least this much longer.
    pub overstay_ahead: Minutes,
}

impl Default for GarageRules {
    fn default() -> Self {
        Self {
            live_per_person: 10,
            live_per_plate: 10,
            hold: Minutes(5),
            offer: Minutes(10),
            overstay_ahead: Minutes(15),
        }
    }
}
