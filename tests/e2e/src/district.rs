//! Selects the invented district of a system, and finds people and cars in it.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{ClassId, GarageId};
use protocol::district::PersonSpec;
use simulator::district::{InventedDistrict, demo, demo_with_camera, uniform};

/// The two districts with which the demo can start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistrictKind {
    /// One school, three shelters, a mall and a housing block.
    Demo,
    /// The same with a camera of another make at the school.
    DemoWithCamera,
    /// Schools that are all alike.
    Uniform { schools: usize, classes: usize, cars: usize },
}

impl DistrictKind {
    pub fn invent(self) -> InventedDistrict {
        match self {
            Self::Demo => demo(),
            Self::DemoWithCamera => demo_with_camera(),
            Self::Uniform { schools, classes, cars } => uniform(schools, classes, cars),
        }
    }
}

/// One car of one family, and the arrivals that it causes.
#[derive(Debug, Clone)]
pub struct FamilyCar {
    /// In the person's normal form, as the district file has it.
    pub plate: String,
    /// Key of the guardian who owns the plate.
    pub guardian: String,
    /// Each child's name and class.
    pub children: Vec<(String, ClassId)>,
}

/// Families with a child at the school of `garage`, in the order of the file.
pub fn families(invented: &InventedDistrict, garage: &GarageId) -> Vec<FamilyCar> {
    let cars = invented.pickup_plates(garage);
    cars.iter().filter_map(|plate| family(invented, plate.as_str())).collect()
}

/// The children that the car with this plate comes for.
pub fn family(invented: &InventedDistrict, plate: &str) -> Option<FamilyCar> {
    let owns = |person: &&PersonSpec| person.plates.iter().any(|own| own.as_str() == plate);
    let guardian = invented.district.people.iter().find(owns)?;
    let mut children = Vec::new();
    for class in invented.district.schools.iter().flat_map(|school| &school.classes) {
        for pupil in &class.pupils {
            if guardian.children.iter().any(|child| child.pupil == pupil.key) {
                children.push((pupil.name.clone(), class.id.clone()));
            }
        }
    }
    Some(FamilyCar { plate: plate.to_owned(), guardian: guardian.key.clone(), children })
}

/// A child whom a car fetches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FamilyChild {
    pub class: ClassId,
    pub name: String,
}

/// The children of every car's owners, by plate: for thousands of cars, where [`family`] would search for each.
pub fn children(invented: &InventedDistrict) -> HashMap<String, Vec<FamilyChild>> {
    let classes = invented.district.schools.iter().flat_map(|school| &school.classes);
    let pupils: HashMap<&str, FamilyChild> = classes
        .flat_map(|class| {
            class.pupils.iter().map(|pupil| {
                (pupil.key.as_str(), FamilyChild { class: class.id.clone(), name: pupil.name.clone() })
            })
        })
        .collect();
    let mut by_plate: HashMap<String, BTreeSet<FamilyChild>> = HashMap::new();
    for person in &invented.district.people {
        let children = person.children.iter().filter_map(|child| pupils.get(child.pupil.as_str()));
        for plate in &person.plates {
            by_plate.entry(plate.to_string()).or_default().extend(children.clone().cloned());
        }
    }
    by_plate.into_iter().map(|(plate, children)| (plate, children.into_iter().collect())).collect()
}

/// Key of the teacher of a class.
pub fn teacher<'a>(invented: &'a InventedDistrict, class: &ClassId) -> &'a str {
    let teacher = invented.district.people.iter().find(|person| person.teaches.contains(class));
    &teacher.expect("every invented class has a teacher").key
}

/// Every child's name.
pub fn pupils(invented: &InventedDistrict) -> impl Iterator<Item = &str> {
    let classes = invented.district.schools.iter().flat_map(|school| &school.classes);
    classes.flat_map(|class| &class.pupils).map(|pupil| pupil.name.as_str())
}
