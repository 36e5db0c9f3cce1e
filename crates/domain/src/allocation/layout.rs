//! What a garage shares, made absolute: the ground on which its book stands.

use std::collections::{BTreeMap, HashSet};

use crate::access::Audience;
use crate::ids::PoolId;
use crate::minute::{Minutes, Span};
use crate::shared_window::WindowOpening;

/// A plate's keyed hash: the book compares plates without knowing them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlateKey(pub Vec<u8>);

/// Everything that limits a garage's book, from yesterday to beyond the longest horizon.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub pools: BTreeMap<PoolId, Pool>,
    /// In order of their start.
    pub openings: Vec<WindowOpening>,
    pub closures: Vec<Closure>,
    pub rules: Rules,
    pub blocked: HashSet<PlateKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub size: u32,
    /// Labels of numbered spaces, in the order in which they are given out; may be empty.
    pub spaces: Vec<String>,
}

/// A suspension, a blackout, or spaces out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Absent: all.
    pub pool: Option<PoolId>,
    /// Absent: all.
    pub audience: Option<Audience>,
    pub span: Span,
    /// So many spaces fewer; absent: closed.
    pub spaces: Option<u32>,
}

/// Rules of a garage that belong to no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Live reservations of one person at this garage.
    pub live_per_person: u32,
    /// Live reservations of one plate at this garage; they never overlap.
    pub live_per_plate: u32,
    /// How long a space is held until it is confirmed.
    pub hold: Minutes,
    /// How long somebody who waited has to accept an offer.
    pub offer: Minutes,
    /// A car that stays beyond its end is counted as staying at least so much longer.
    pub overstay_ahead: Minutes,
}

impl Default for Rules {
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
