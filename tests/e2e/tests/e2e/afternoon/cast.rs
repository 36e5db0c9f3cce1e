//! The people and cars of the afternoon: the demo's families in a fixed order, and strangers without a child.

use std::collections::VecDeque;

use domain::ids::ClassId;
use domain::plate::Plate;
use domain::plate_likeness::difference;
use e2e::district::{FamilyCar, families};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use simulator::district::{DRIVER_PLATE, InventedDistrict};
use simulator::invent::PlateGenerator;

use crate::scene::school;

const SEED: u64 = 1500;

/// More than all phases together need.
const STRANGERS: usize = 40;

/// Cars that have not come yet. No two plates resemble each other: a gateway takes such a pair in one lane for one car.
pub(super) struct AfternoonCast {
    families: Vec<FamilyCar>,
    strangers: VecDeque<String>,
}

impl AfternoonCast {
    pub(super) fn new(invented: &InventedDistrict) -> Self {
        let mut unlike = UnlikePlates::default();
        assert!(unlike.admits(DRIVER_PLATE));
        let mut families = families(invented, &school());
        families.shuffle(&mut StdRng::seed_from_u64(SEED));
        families.retain(|family| unlike.admits(&family.plate));
        let strangers = PlateGenerator::new(SEED).take(STRANGERS).into_iter().map(|plate| plate.to_string());
        let strangers = strangers.filter(|plate| unlike.admits(plate)).collect();
        Self { families, strangers }
    }

    /// The next family with one child.
    pub(super) fn family(&mut self) -> FamilyCar {
        self.first(|family| family.children.len() == 1)
    }

    pub(super) fn families<const N: usize>(&mut self) -> [FamilyCar; N] {
        std::array::from_fn(|_| self.family())
    }

    /// The next family with two children, in two classes.
    pub(super) fn siblings(&mut self) -> FamilyCar {
        self.first(|family| family.children.len() == 2 && family.children[0].1 != family.children[1].1)
    }

    /// The next family whose only child is in this class.
    pub(super) fn of_class(&mut self, class: &ClassId) -> FamilyCar {
        self.first(|family| family.children.len() == 1 && &family.children[0].1 == class)
    }

    /// The plate of a car that no family and no member of staff has.
    pub(super) fn stranger(&mut self) -> String {
        self.strangers.pop_front().expect("enough strangers")
    }

    fn first(&mut self, wanted: impl Fn(&FamilyCar) -> bool) -> FamilyCar {
        let place = self.families.iter().position(wanted).expect("enough families of this kind");
        self.families.remove(place)
    }
}

#[derive(Default)]
struct UnlikePlates(Vec<Plate>);

impl UnlikePlates {
    fn admits(&mut self, plate: &str) -> bool {
        let plate = Plate::parse(plate).unwrap();
        let is_unlike = self.0.iter().all(|other| difference(&plate, other).is_none());
        if is_unlike {
            self.0.push(plate);
        }
        is_unlike
    }
}
