//! Invented districts: the demo's, and uniform ones of any size for benches.
//!
//! A [`GarageSite`] is a garage's equipment (lanes and controllers), which the district file does not describe.

mod demo;
mod uniform;

use std::net::IpAddr;

use domain::access::Audience;
use domain::ids::{DeviceId, GarageId, LaneId};
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::Plate;
use domain::window::Weekdays;
use protocol::district::{ChildSpec, ClassSpec, DistrictSpec, GarageSpec, PersonSpec, PupilSpec, WindowSpec};

use crate::invent::InventedFamily;

pub use demo::{CAMERA_LANE, DRIVER_KEY, DRIVER_PLATE, TRY_PLATE, demo, demo_with_camera};
pub use uniform::uniform;

/// A district and the equipment of its gates.
#[derive(Debug, Clone)]
pub struct InventedDistrict {
    pub district: DistrictSpec,
    pub sites: Vec<GarageSite>,
}

/// A garage's lanes; each has one controller of the same name.
#[derive(Debug, Clone)]
pub struct GarageSite {
    pub garage: GarageId,
    pub lanes: Vec<SiteLane>,
}

#[derive(Debug, Clone)]
pub struct SiteLane {
    pub id: LaneId,
    pub device: DeviceId,
    pub name: String,
    pub direction: LaneDirection,
    pub pass_by: PassDetection,
    /// Reserved for a person who drives a car by hand: simulated cars do not use it.
    pub by_hand: bool,
    /// A camera of another make in place of a gate controller.
    pub camera: Option<SiteCamera>,
}

/// A camera that posts its readings over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCamera {
    /// Id of its make.
    pub make: &'static str,
    /// Source address of its posts.
    pub address: IpAddr,
}

impl GarageSite {
    pub fn lanes(&self, direction: LaneDirection) -> impl Iterator<Item = &SiteLane> {
        self.lanes.iter().filter(move |lane| lane.direction == direction && !lane.by_hand)
    }

    /// Lanes whose device is a client of the broker.
    pub fn controllers(&self) -> impl Iterator<Item = &SiteLane> {
        self.lanes.iter().filter(|lane| lane.camera.is_none())
    }

    pub fn has_camera(&self) -> bool {
        self.lanes.iter().any(|lane| lane.camera.is_some())
    }
}

/// Parses an id written in this crate; a failure is a mistake in this crate.
#[expect(clippy::panic, reason = "only called with names written in this crate, covered by tests")]
fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is not an id"))
}

fn lane(name: &str, id_text: &str, direction: LaneDirection, pass_by: PassDetection) -> SiteLane {
    SiteLane {
        id: id(id_text),
        device: id(id_text),
        name: name.to_owned(),
        direction,
        pass_by,
        by_hand: false,
        camera: None,
    }
}

fn window(audience: Audience, weekdays: Weekdays, start_minute: u32, length_minutes: u32) -> WindowSpec {
    WindowSpec::new(audience, weekdays, start_minute, length_minutes)
}

/// Distributes pupils over the classes, siblings into neighbouring ones, and assigns children and cars to guardians.
fn enrol(school: &str, classes: &mut [ClassSpec], families: &[InventedFamily]) -> Vec<PersonSpec> {
    let mut people = Vec::new();
    for (f, family) in families.iter().enumerate() {
        let keys: Vec<String> =
            (0..family.children.len()).map(|c| format!("{school}-pupil-{f}-{c}")).collect();
        for (c, (name, key)) in family.children.iter().zip(&keys).enumerate() {
            let class = (f + c) % classes.len().max(1);
            if let Some(class) = classes.get_mut(class) {
                class.pupils.push(PupilSpec { key: key.clone(), name: name.clone() });
            }
        }
        people.extend(family.guardians.iter().enumerate().map(|(g, guardian)| PersonSpec {
            key: format!("{school}-guardian-{f}-{g}"),
            name: guardian.name.clone(),
            children: keys.iter().map(|pupil| child(pupil, guardian.relation)).collect(),
            plates: guardian.plates.clone(),
            ..PersonSpec::default()
        }));
    }
    people
}

fn child(pupil: &str, relation: &str) -> ChildSpec {
    ChildSpec { pupil: pupil.to_owned(), relation: relation.to_owned(), blocked: false }
}

impl InventedDistrict {
    /// The cars that come to a garage as `pickup`: one per family, in the order of the file.
    pub fn pickup_plates(&self, garage: &GarageId) -> Vec<Plate> {
        let pupils: std::collections::HashSet<&str> = self
            .district
            .schools
            .iter()
            .filter(|school| &school.garage == garage)
            .flat_map(|school| &school.classes)
            .flat_map(|class| &class.pupils)
            .map(|pupil| pupil.key.as_str())
            .collect();
        let mut fetched = std::collections::HashSet::new();
        let mut plates = Vec::new();
        for person in &self.district.people {
            let Some(child) = person.children.iter().find(|c| pupils.contains(c.pupil.as_str())) else {
                continue;
            };
            let Some(plate) = person.plates.first() else { continue };
            if plate.as_str() != TRY_PLATE && fetched.insert(child.pupil.as_str()) {
                plates.push(plate.clone());
            }
        }
        plates
    }

    pub fn garage(&self, id: &GarageId) -> Option<&GarageSpec> {
        self.district.garages.iter().find(|garage| &garage.id == id)
    }
}
