//! Districts of any size for benches and crash runs: every garage is a school's and all are alike.

use domain::access::Audience;
use domain::occupancy::{LaneDirection, PassDetection};
use domain::window::Weekdays;
use protocol::district::{ClassSpec, DistrictSpec, GarageSpec, PersonSpec, SchoolSpec};

use super::{GarageSite, InventedDistrict, enrol, id, lane, window};
use crate::invent::{families, teachers};

/// `garages` schools with one garage, one entry and one exit lane, `classes` classes of one teacher each, and `cars`
/// families.
pub fn uniform(garages: usize, classes: usize, cars: usize) -> InventedDistrict {
    let mut district = DistrictSpec::default();
    let all_families = families(garages * cars, 1);
    for (g, families) in (0..garages).zip(all_families.chunks(cars.max(1))) {
        district.garages.push(garage(g, cars));
        let key = format!("s{g}");
        let mut specs: Vec<ClassSpec> = (0..classes)
            .map(|c| ClassSpec {
                id: id(&format!("{key}-c{c}")),
                name: format!("{g}-{c}班"),
                pupils: Vec::new(),
            })
            .collect();
        district.people.extend(enrol(&key, &mut specs, families));
        district.people.extend(staff(&key, g, &specs));
        district.schools.push(SchoolSpec {
            id: id(&key),
            name: format!("学校{g}"),
            garage: id(&format!("g{g}")),
            classes: specs,
            calendar: None,
        });
    }
    let sites = district.garages.iter().map(site).collect();
    InventedDistrict { district, sites }
}

fn garage(g: usize, cars: usize) -> GarageSpec {
    GarageSpec {
        id: id(&format!("g{g}")),
        name: format!("车库{g}"),
        name_en: format!("Garage {g}"),
        operator_name: "示范区停车公司".into(),
        address: "海风路".into(),
        lat: 36.06,
        lon: 120.38,
        // Room for each family's car twice: no bench reaches a full garage.
        capacity: u32::try_from(cars * 2).unwrap_or(u32::MAX).max(1),
        pools: Vec::new(),
        windows: vec![window(Audience::Pickup, Weekdays::ALL, 0, 24 * 60)],
        permits: Vec::new(),
        published: None,
    }
}

fn site(garage: &GarageSpec) -> GarageSite {
    let lanes = vec![
        lane("入口", "in", LaneDirection::In, PassDetection::Plate),
        lane("出口", "out", LaneDirection::Out, PassDetection::Plate),
    ];
    GarageSite { garage: garage.id.clone(), lanes }
}

fn staff(school: &str, g: usize, classes: &[ClassSpec]) -> Vec<PersonSpec> {
    let named = teachers(classes.len(), u64::try_from(g).unwrap_or(0)).into_iter().zip(classes);
    let mut people: Vec<PersonSpec> = named
        .enumerate()
        .map(|(i, (name, class))| PersonSpec {
            key: format!("{school}-teacher-{i}"),
            name,
            teaches: vec![class.id.clone()],
            ..PersonSpec::default()
        })
        .collect();
    people.push(PersonSpec {
        key: format!("{school}-hall"),
        name: "大屏".into(),
        hall: Some(id(school)),
        ..PersonSpec::default()
    });
    people
}
