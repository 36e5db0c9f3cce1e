//! May this car in? One function for the edge and the server (invariant 3).
//!
//! A gateway holds an [`AccessPlan`] for the next 48 hours and decides alone. The plan names plates and
//! audiences, never people: the edge box holds no children's data (invariant 7).

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::occupancy::Direction;
use crate::plate::Plate;
use crate::time::Timestamp;

/// Readings below this confidence (percent) go to a person instead of opening a gate.
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

/// A window made absolute, half-open `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub audience: Audience,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Opening {
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// What a gateway needs to decide alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPlan {
    pub capacity: u32,
    pub openings: Vec<Opening>,
    pub permits: HashMap<Plate, BTreeSet<Audience>>,
    /// Past this instant the plan says nothing any more; it is not trusted silently.
    pub valid_until: Timestamp,
}

/// What the camera and the garage know when a car stands at the gate.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    pub direction: Direction,
    pub plate: Option<&'a Plate>,
    pub confidence: u8,
    pub at: Timestamp,
    pub occupied: i64,
}

/// Answer to a car at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Decision {
    /// Barrier up. Exits have no audience: everybody may leave.
    Open { audience: Option<Audience> },
    /// Barrier stays down, and the driver is told why.
    Refuse { reason: Reason },
    /// Barrier stays down until a person has looked.
    Review { reason: Reason },
}

/// Why a barrier stays down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownPlate,
    OutsideWindow,
    Full,
    UnreadPlate,
    LowConfidence,
    NoPlan,
    PlanTooOld,
}

impl Decision {
    pub fn opens(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// Decides for one passage. Exits always open: nobody is trapped (invariant 8).
pub fn decide(plan: Option<&AccessPlan>, passage: &Passage<'_>) -> Decision {
    match passage.direction {
        Direction::Out => Decision::Open { audience: None },
        Direction::In => decide_entry(plan, passage),
    }
}

fn decide_entry(plan: Option<&AccessPlan>, passage: &Passage<'_>) -> Decision {
    let Some(plan) = plan else {
        return Decision::Review { reason: Reason::NoPlan };
    };
    if passage.at >= plan.valid_until {
        return Decision::Review { reason: Reason::PlanTooOld };
    }
    let Some(plate) = passage.plate else {
        return Decision::Review { reason: Reason::UnreadPlate };
    };
    if passage.confidence < MIN_CONFIDENCE {
        return Decision::Review { reason: Reason::LowConfidence };
    }
    let Some(audience) = audience_now(plan, plate, passage.at) else {
        return Decision::Refuse { reason: plan.why_not(plate) };
    };
    if passage.occupied >= i64::from(plan.capacity) {
        return Decision::Refuse { reason: Reason::Full };
    }
    Decision::Open { audience: Some(audience) }
}

/// The best audience as which this plate may enter now.
fn audience_now(plan: &AccessPlan, plate: &Plate, at: Timestamp) -> Option<Audience> {
    let permitted = plan.permits.get(plate);
    plan.openings
        .iter()
        .filter(|opening| opening.contains(at))
        .map(|opening| opening.audience)
        .filter(|audience| {
            *audience == Audience::Public || permitted.is_some_and(|set| set.contains(audience))
        })
        .min()
}

impl AccessPlan {
    /// A known car comes at the wrong time; so does a stranger to a garage that has public hours.
    fn why_not(&self, plate: &Plate) -> Reason {
        let public_hours = self.openings.iter().any(|o| o.audience == Audience::Public);
        if self.permits.contains_key(plate) || public_hours {
            Reason::OutsideWindow
        } else {
            Reason::UnknownPlate
        }
    }
}

/// The lane's display, in Chinese: two short lines fit the usual two-row LED.
pub fn display_text(decision: Decision, direction: Direction) -> &'static str {
    match (direction, decision) {
        (Direction::Out, Decision::Open { .. }) => "一路平安",
        (Direction::In, Decision::Open { audience: Some(Audience::Pickup) }) => "欢迎接学生 请入场",
        (Direction::In, Decision::Open { .. }) => "欢迎光临 请入场",
        (_, Decision::Refuse { reason } | Decision::Review { reason }) => match reason {
            Reason::UnknownPlate => "车牌未登记 请联系值班员",
            Reason::OutsideWindow => "不在开放时段",
            Reason::Full => "车位已满",
            Reason::UnreadPlate => "未识别车牌 请稍候",
            Reason::LowConfidence => "车牌待人工确认 请稍候",
            Reason::NoPlan | Reason::PlanTooOld => "系统待同步 请联系值班员",
        },
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
