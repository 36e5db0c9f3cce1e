//! What every child, car and count should be: kept by the test from what people do, and never read from the system.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ClassId;
use domain::occupancy::LaneDirection;
use domain::pickup::{PickupAct, PickupPhase};
use e2e::district::FamilyCar;

/// The arrival of one child. No child comes twice in an afternoon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExpectedArrival {
    pub class: ClassId,
    /// Key of the guardian who sees it.
    pub guardian: String,
    /// Absent for a claim by hand.
    pub plate: Option<String>,
    pub phase: PickupPhase,
    pub car_left: bool,
}

/// Plate events of one kind: direction and plate, `None` for a plate that was not read.
pub(super) type ReadingKey = (&'static str, Option<String>);

/// Whether cars without a child may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PublicHours {
    Closed,
    Open,
}

#[derive(Debug, Clone)]
pub(super) struct AfternoonModel {
    /// By name.
    pub children: BTreeMap<String, ExpectedArrival>,
    /// Plates of the cars that the system holds to be inside.
    pub inside: BTreeSet<String>,
    /// The count, corrections included.
    pub count: i64,
    pub readings: BTreeMap<ReadingKey, usize>,
    /// Cars that came in.
    pub visits: usize,
    /// Visits whose end was not an exit.
    pub ghosts: usize,
    pub public: PublicHours,
}

const fn way(direction: LaneDirection) -> &'static str {
    match direction {
        LaneDirection::In => "in",
        LaneDirection::Out => "out",
    }
}

impl AfternoonModel {
    pub(super) const fn new() -> Self {
        Self {
            children: BTreeMap::new(),
            inside: BTreeSet::new(),
            count: 0,
            readings: BTreeMap::new(),
            visits: 0,
            ghosts: 0,
            public: PublicHours::Closed,
        }
    }

    pub(super) fn reading_key(direction: LaneDirection, plate: Option<String>) -> ReadingKey {
        (way(direction), plate)
    }

    /// A reading that moved no car: a stranger who was refused, a plate that was not read.
    pub(super) fn only_read(&mut self, direction: LaneDirection, plate: Option<&str>) {
        *self.readings.entry((way(direction), plate.map(str::to_owned))).or_default() += 1;
    }

    /// A parent's car came in: each of its children has an arrival.
    pub(super) fn fetched_by(&mut self, family: &FamilyCar) {
        self.came_in(&family.plate);
        for (name, class) in &family.children {
            self.arrives(name, class, (&family.guardian, Some(&family.plate)), PickupPhase::Waiting);
        }
    }

    /// A guardian reports an arrival by hand.
    pub(super) fn claimed_by(&mut self, family: &FamilyCar) {
        for (name, class) in &family.children {
            self.arrives(name, class, (&family.guardian, None), PickupPhase::Claimed);
        }
    }

    fn arrives(
        &mut self,
        name: &str,
        class: &ClassId,
        (guardian, plate): (&str, Option<&str>),
        phase: PickupPhase,
    ) {
        let arrival = ExpectedArrival {
            class: class.clone(),
            guardian: guardian.to_owned(),
            plate: plate.map(str::to_owned),
            phase,
            car_left: false,
        };
        assert!(self.children.insert(name.to_owned(), arrival).is_none(), "{name} comes once");
    }

    /// A car came in; no child belongs to it.
    pub(super) fn came_in(&mut self, plate: &str) {
        self.only_read(LaneDirection::In, Some(plate));
        assert!(self.inside.insert(plate.to_owned()), "{plate} is inside already");
        self.count += 1;
        self.visits += 1;
    }

    pub(super) fn went_out(&mut self, plate: &str) {
        self.only_read(LaneDirection::Out, Some(plate));
        assert!(self.inside.remove(plate), "{plate} is not inside");
        self.count -= 1;
        let own = self.children.values_mut().filter(|child| child.plate.as_deref() == Some(plate));
        own.for_each(|child| child.car_left = true);
    }

    /// A walk finds that the car has left without being seen, and mends the count.
    pub(super) fn found_gone(&mut self, plate: &str) {
        assert!(self.inside.remove(plate), "{plate} is not inside");
        self.ghosts += 1;
        self.count = i64::try_from(self.inside.len()).unwrap();
    }

    pub(super) fn acted(&mut self, name: &str, act: PickupAct) {
        let child = self.children.get_mut(name).expect("a child with an arrival");
        child.phase = match (act, child.phase) {
            (PickupAct::Confirm, PickupPhase::Claimed) => PickupPhase::Waiting,
            (PickupAct::Reject, PickupPhase::Claimed) => PickupPhase::Rejected,
            (PickupAct::Release, PickupPhase::Waiting) => PickupPhase::Released,
            (PickupAct::HandOver, PickupPhase::Released) => PickupPhase::HandedOver,
            (PickupAct::Undo, PickupPhase::HandedOver) => PickupPhase::Released,
            (PickupAct::Undo, PickupPhase::Released) => PickupPhase::Waiting,
            (act, phase) => panic!("the script has {act:?} for {name} in {phase:?}"),
        };
    }
}
