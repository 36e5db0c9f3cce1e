//! The demo's district: a primary school with 107 spaces, three civil-defence garages joined in a network of 810,
//! a mall and a housing block. Invented from the ground up.

use std::net::{IpAddr, Ipv4Addr};

use domain::access::Audience;
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::Plate;
use domain::window::Weekdays;
use protocol::district::{
    ClassSpec, DistrictSpec, GarageSpec, OperatorSpec, PermitSpec, PersonSpec, PupilSpec, SchoolSpec,
};
use protocol::public::{PublishedSpec, SiteType, SourceSpec, SupervisionType};
use protocol::sharing::{PoolSpec, WindowSpec};

use super::{GarageSite, InventedDistrict, SiteCamera, SiteLane, child, enrol, id, lane, window};
use crate::invent::{PlateGenerator, families, teachers};

/// The car reserved for the person who tries the demo; its child is in the first class.
pub const TRY_PLATE: &str = "鲁B88888";

/// The car of the driver who can be picked at the demo's log-in.
pub const DRIVER_PLATE: &str = "鲁B66666";

/// The driver's own key in the file.
pub const DRIVER_KEY: &str = "driver-try";

/// The school's third entry, which [`demo_with_camera`] adds.
pub const CAMERA_LANE: &str = "b1-camera-in";

const SCHOOL: &str = "haifeng-primary";
const SCHOOL_GARAGE: &str = "haifeng-b1";
const FAMILIES: usize = 92;
const RESIDENTS: usize = 40;
const DAY: u32 = 24 * 60;

/// Returns the same district at each call.
pub fn demo() -> InventedDistrict {
    let mut garages = vec![school_garage()];
    garages.extend(shelters());
    garages.push(mall());
    garages.push(housing());
    let sites = garages.iter().map(site).collect();
    let (school, mut people) = school();
    people.extend(staff(&school));
    people.push(driver());
    let operators = vec![OperatorSpec {
        username: "operator".into(),
        name: "值班员".into(),
        garages: garages.iter().map(|g| g.id.clone()).collect(),
    }];
    let source = Some(source());
    InventedDistrict {
        district: DistrictSpec { garages, schools: vec![school], people, operators, source },
        sites,
    }
}

/// [`demo`] with a camera of another make at a third entry of the school. The camera posts from this machine.
pub fn demo_with_camera() -> InventedDistrict {
    let mut invented = demo();
    let camera = SiteCamera { make: "zhenshi-http", address: IpAddr::V4(Ipv4Addr::LOCALHOST) };
    let entry = lane("三号入口", CAMERA_LANE, LaneDirection::In, PassDetection::Plate);
    for site in invented.sites.iter_mut().filter(|site| site.garage.as_str() == SCHOOL_GARAGE) {
        site.lanes.push(SiteLane { by_hand: true, camera: Some(camera.clone()), ..entry.clone() });
    }
    invented
}

fn garage(id_text: &str, name: [&str; 2], address: &str, at: (f64, f64), capacity: u32) -> GarageSpec {
    let [name, name_en] = name;
    GarageSpec {
        id: id(id_text),
        name: name.into(),
        name_en: name_en.into(),
        operator_name: "示范区停车公司".into(),
        address: address.into(),
        lat: at.0,
        lon: at.1,
        capacity,
        pools: Vec::new(),
        windows: Vec::new(),
        permits: Vec::new(),
        published: Some(published(SiteType::Underground)),
    }
}

/// Free of charge, below ground, with cameras.
fn published(kind: SiteType) -> PublishedSpec {
    PublishedSpec {
        r#type: Some(kind),
        has_fee: Some(false),
        max_height_cm: Some(210),
        is_covered: Some(true),
        has_lighting: Some(true),
        supervision: Some(SupervisionType::Video),
        ..PublishedSpec::default()
    }
}

fn source() -> SourceSpec {
    SourceSpec {
        uid: "shared-parking-demo".into(),
        name: "共享车位示范区".into(),
        public_url: "http://127.0.0.1:8801/spaces".into(),
        license: Some("CC0 1.0".into()),
        contributor: Some("示范区停车公司".into()),
        attribution_url: None,
    }
}

/// Pickup all day, so that the window covers whatever hour the demo is started at.
fn school_garage() -> GarageSpec {
    let names = ["海风路小学地下车库 B1", "Haifeng Road Primary School, B1"];
    let mut garage = garage(SCHOOL_GARAGE, names, "海风路 8 号", (36.0601, 120.3802), 107);
    garage.windows.push(window(Audience::Pickup, Weekdays::ALL, 0, DAY));
    garage
}

fn shelters() -> [GarageSpec; 3] {
    let shelter = |id, name, at, capacity| {
        let mut garage = garage(id, name, "海风路沿线", at, capacity);
        garage.windows.push(window(Audience::Public, Weekdays::ALL, 0, DAY));
        garage
    };
    [
        shelter("shelter-east", ["人防一号车库", "Civil-defence garage 1"], (36.0612, 120.3841), 320),
        shelter("shelter-west", ["人防二号车库", "Civil-defence garage 2"], (36.0598, 120.3779), 280),
        shelter("shelter-south", ["人防三号车库", "Civil-defence garage 3"], (36.0575, 120.3811), 210),
    ]
}

fn mall() -> GarageSpec {
    let mut garage =
        garage("harbour-mall", ["海湾商场", "Harbour Mall"], "海湾路 1 号", (36.0634, 120.3866), 420);
    let open = window(Audience::Public, Weekdays::ALL, 0, DAY);
    garage.windows.push(WindowSpec { quota: Some(380), max_stay_minutes: Some(6 * 60), ..open });
    let fee = Some("首小时免费，之后每小时 5 元".into());
    garage.published =
        Some(PublishedSpec { has_fee: Some(true), fee_description: fee, ..published(SiteType::CarPark) });
    garage
}

/// Residents at any time, the public by day from Monday to Friday. One resident shares a private space as well.
fn housing() -> GarageSpec {
    let names = ["榆园小区", "Yuyuan housing block"];
    let mut garage = garage("yuyuan-block", names, "榆园路 20 号", (36.0643, 120.3759), 160);
    garage.windows.push(window(Audience::Resident, Weekdays::ALL, 0, DAY));
    // The fee is not known.
    let above = published(SiteType::OffStreetParkingGround);
    garage.published =
        Some(PublishedSpec { has_fee: None, max_height_cm: None, is_covered: Some(false), ..above });
    garage.windows.push(window(Audience::Public, Weekdays::SCHOOL_WEEK, 8 * 60, 10 * 60));
    garage.pools = vec![
        pool("main", ["共享泊位", "Shared spaces"], 159, Vec::new()),
        pool("space-a12", ["业主自有泊位 A12", "Owner's space A12"], 1, vec!["A12".into()]),
    ];
    let own = window(Audience::Public, Weekdays::SCHOOL_WEEK, 8 * 60, 9 * 60);
    garage.windows.push(WindowSpec { pool: Some(id("space-a12")), walk_in: Some(false), ..own });
    let mut plates = PlateGenerator::new(20);
    garage.permits = (0..RESIDENTS)
        .map(|_| PermitSpec { plate: plates.invent(), audience: Audience::Resident, plate_color: None })
        .collect();
    garage
}

fn pool(id_text: &str, name: [&str; 2], size: u32, spaces: Vec<String>) -> PoolSpec {
    let [name, name_en] = name;
    PoolSpec { id: id(id_text), name: name.into(), name_en: name_en.into(), size, spaces }
}

fn site(garage: &GarageSpec) -> GarageSite {
    let lanes = if garage.id.as_str() == SCHOOL_GARAGE { school_lanes() } else { public_lanes() };
    GarageSite { garage: garage.id.clone(), lanes }
}

fn school_lanes() -> Vec<SiteLane> {
    let by_hand = |lane| SiteLane { by_hand: true, ..lane };
    vec![
        lane("一号入口", "b1-in-1", LaneDirection::In, PassDetection::Plate),
        lane("二号入口", "b1-in-2", LaneDirection::In, PassDetection::Plate),
        lane("一号出口", "b1-out-1", LaneDirection::Out, PassDetection::Plate),
        lane("二号出口", "b1-out-2", LaneDirection::Out, PassDetection::Plate),
        by_hand(lane("试验入口", "try-in", LaneDirection::In, PassDetection::Plate)),
        by_hand(lane("试验出口", "try-out", LaneDirection::Out, PassDetection::Plate)),
    ]
}

fn public_lanes() -> Vec<SiteLane> {
    vec![
        lane("入口", "in", LaneDirection::In, PassDetection::Loop),
        lane("出口", "out", LaneDirection::Out, PassDetection::Loop),
    ]
}

fn school() -> (SchoolSpec, Vec<PersonSpec>) {
    let mut classes: Vec<ClassSpec> = ["一年级1班", "一年级2班", "二年级1班", "三年级1班"]
        .into_iter()
        .zip(["1-1", "1-2", "2-1", "3-1"])
        .map(|(name, key)| ClassSpec {
            id: id(&format!("haifeng-{key}")),
            name: name.into(),
            pupils: Vec::new(),
        })
        .collect();
    let mut people = enrol("haifeng", &mut classes, &families(FAMILIES, 2026));
    people.push(try_family(&mut classes));
    let school = SchoolSpec {
        id: id(SCHOOL),
        name: "海风路小学".into(),
        garage: id(SCHOOL_GARAGE),
        classes,
        calendar: None,
    };
    (school, people)
}

/// One mother with the car reserved for the person who tries the demo.
fn try_family(classes: &mut [ClassSpec]) -> PersonSpec {
    let key = "haifeng-pupil-try";
    if let Some(first) = classes.first_mut() {
        first.pupils.push(PupilSpec { key: key.into(), name: "王小满".into() });
    }
    PersonSpec {
        key: "haifeng-guardian-try".into(),
        name: "李文静".into(),
        children: vec![child(key, "母亲")],
        plates: Plate::parse(TRY_PLATE).into_iter().collect(),
        ..PersonSpec::default()
    }
}

/// A neighbour without a child at the school.
fn driver() -> PersonSpec {
    PersonSpec {
        key: DRIVER_KEY.into(),
        name: "周明".into(),
        plates: Plate::parse(DRIVER_PLATE).into_iter().collect(),
        ..PersonSpec::default()
    }
}

fn staff(school: &SchoolSpec) -> Vec<PersonSpec> {
    let teacher = |(i, (name, class)): (usize, (String, &ClassSpec))| PersonSpec {
        key: format!("haifeng-teacher-{i}"),
        name,
        teaches: vec![class.id.clone()],
        ..PersonSpec::default()
    };
    let mut staff: Vec<PersonSpec> =
        teachers(school.classes.len(), 8).into_iter().zip(&school.classes).enumerate().map(teacher).collect();
    staff.push(PersonSpec {
        key: "haifeng-hall".into(),
        name: "候车厅大屏".into(),
        hall: Some(school.id.clone()),
        ..PersonSpec::default()
    });
    staff
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn the_district_has_what_it_is_said_to_have() {
        let invented = demo();
        let capacity = |prefix: &str| -> u32 {
            let of = |g: &&GarageSpec| g.id.as_str().starts_with(prefix);
            invented.district.garages.iter().filter(of).map(|g| g.capacity).sum()
        };
        assert_eq!(capacity("haifeng"), 107);
        assert_eq!(capacity("shelter"), 810);
        assert!(invented.pickup_plates(&id(SCHOOL_GARAGE)).len() >= 90);
        assert_eq!(invented.district.schools[0].classes[0].pupils.last().unwrap().name, "王小满");
    }

    #[test]
    fn the_camera_is_at_the_school_alone() {
        let sites = demo_with_camera().sites;
        let with: Vec<&str> =
            sites.iter().filter(|site| site.has_camera()).map(|site| site.garage.as_str()).collect();
        assert_eq!(with, [SCHOOL_GARAGE]);
        let cameras = sites.iter().flat_map(|site| &site.lanes).filter_map(|lane| lane.camera.as_ref());
        assert!(cameras.map(|camera| camera.make).all(|make| devices::makes::find(make).is_some()));
        assert!(demo().sites.iter().all(|site| !site.has_camera()));
    }

    #[test]
    fn no_simulated_car_is_the_one_left_for_trying() {
        let invented = demo();
        assert!(invented.pickup_plates(&id(SCHOOL_GARAGE)).iter().all(|p| p.as_str() != TRY_PLATE));
    }
}
