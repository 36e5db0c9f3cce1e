//! Plates, families and teachers that do not exist, the same ones for the same seed.
//!
//! Names are combined from the commonest surnames and given names, plates from the serials of Qingdao. A match with a
//! real one is chance.

mod names;
mod plates;

use domain::plate::Plate;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

pub use names::{NameGenerator, NameSex};
pub use plates::PlateGenerator;

/// One household with its children and cars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedFamily {
    /// One or two; siblings belong into different classes.
    pub children: Vec<String>,
    /// The parents, and in some families a grandparent. Two of them may share a plate.
    pub guardians: Vec<InventedGuardian>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedGuardian {
    pub name: String,
    /// The relation to the children, such as `母亲`.
    pub relation: &'static str,
    pub plates: Vec<Plate>,
}

impl InventedFamily {
    /// Each plate once, that of the usual car first.
    pub fn plates(&self) -> Vec<&Plate> {
        let mut plates: Vec<&Plate> = Vec::new();
        for plate in self.guardians.iter().flat_map(|g| &g.plates) {
            if !plates.contains(&plate) {
                plates.push(plate);
            }
        }
        plates
    }
}

/// `count` families with one to three plates each; no child's name and no plate comes twice. About one in six
/// has two children, one in four a second car, one in five a grandparent who picks up as well.
pub fn families(count: usize, seed: u64) -> Vec<InventedFamily> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut names = NameGenerator::new(rng.random());
    let mut plates = PlateGenerator::new(rng.random());
    (0..count).map(|_| family(&mut rng, &mut names, &mut plates)).collect()
}

fn family(rng: &mut StdRng, names: &mut NameGenerator, plates: &mut PlateGenerator) -> InventedFamily {
    let father_surname = names.surname();
    let children = (0..if rng.random_bool(1.0 / 6.0) { 2 } else { 1 })
        .map(|_| {
            let sex = if rng.random() { NameSex::Female } else { NameSex::Male };
            names.unique(father_surname, sex)
        })
        .collect();
    let family_car = plates.invent();
    let mother = InventedGuardian {
        name: names.adult(NameSex::Female),
        relation: "母亲",
        plates: vec![if rng.random_bool(0.25) { plates.invent() } else { family_car.clone() }],
    };
    let father = InventedGuardian {
        name: names.adult_of(father_surname, NameSex::Male),
        relation: "父亲",
        plates: vec![family_car],
    };
    let mut guardians = vec![mother, father];
    if rng.random_bool(0.2) {
        guardians.push(grandparent(rng, names, plates, father_surname));
    }
    InventedFamily { children, guardians }
}

fn grandparent(
    rng: &mut StdRng,
    names: &mut NameGenerator,
    plates: &mut PlateGenerator,
    father_surname: &'static str,
) -> InventedGuardian {
    const RELATIONS: [(&str, NameSex); 4] = [
        ("爷爷", NameSex::Male),
        ("奶奶", NameSex::Female),
        ("外公", NameSex::Male),
        ("外婆", NameSex::Female),
    ];
    let (relation, sex) = RELATIONS.choose(rng).copied().unwrap_or(("奶奶", NameSex::Female));
    let name = if relation == "爷爷" { names.adult_of(father_surname, sex) } else { names.adult(sex) };
    let plates = if rng.random_bool(0.3) { vec![plates.invent()] } else { Vec::new() };
    InventedGuardian { name, relation, plates }
}

/// `count` names of teachers, each once.
pub fn teachers(count: usize, seed: u64) -> Vec<String> {
    let mut names = NameGenerator::new(seed);
    (0..count)
        .map(|i| {
            let sex = if i % 3 == 2 { NameSex::Male } else { NameSex::Female };
            let surname = names.surname();
            names.unique(surname, sex)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_families() {
        assert_eq!(families(90, 7), families(90, 7));
        assert_ne!(families(90, 7), families(90, 8));
    }

    #[test]
    fn no_child_and_no_plate_belongs_to_two_families() {
        let families = families(500, 7);
        let mut children = HashSet::new();
        let mut plates = HashSet::new();
        for family in &families {
            assert!(family.children.iter().all(|c| children.insert(c.clone())));
            assert!(family.plates().into_iter().all(|p| plates.insert(p.clone())));
        }
    }

    #[test]
    fn every_family_has_a_car_and_some_have_two_children_or_two_cars() {
        let families = families(90, 7);
        assert!(families.iter().all(|f| !f.plates().is_empty()));
        assert!(families.iter().filter(|f| f.children.len() == 2).count() >= 5);
        assert!(families.iter().filter(|f| f.plates().len() >= 2).count() >= 10);
        assert!(families.iter().any(|f| f.guardians.len() == 3));
    }

    #[test]
    fn teachers_have_names_of_their_own() {
        let teachers = teachers(40, 1);
        assert_eq!(teachers.iter().collect::<HashSet<_>>().len(), 40);
    }
}
