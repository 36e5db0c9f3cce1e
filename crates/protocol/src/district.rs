//! The district file: garages, schools, classes, people. `server import` reads it. A second import applies changes and removes no
//! person.
//!
//! `key` is the school's own number of a pupil or person; a second import finds the same one by it.

use std::collections::BTreeMap;

use domain::access::Audience;
use domain::ids::{ClassId, GarageId, SchoolId};
use domain::plate::Plate;
use domain::vehicle::PlateColor;
use serde::{Deserialize, Serialize};

use crate::calendar::SchoolCalendarSpec;
use crate::public::{PublishedSpec, SourceSpec};

pub use crate::sharing::{LockOut, PoolSpec, StaggerSpec, WindowSpec};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistrictSpec {
    #[serde(default)]
    pub garages: Vec<GarageSpec>,
    #[serde(default)]
    pub schools: Vec<SchoolSpec>,
    #[serde(default)]
    pub people: Vec<PersonSpec>,
    #[serde(default)]
    pub operators: Vec<OperatorSpec>,
    /// Absent: unchanged.
    #[serde(default)]
    pub source: Option<SourceSpec>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GarageSpec {
    pub id: GarageId,
    pub name: String,
    pub name_en: String,
    pub operator_name: String,
    pub address: String,
    /// WGS-84 degrees.
    pub lat: f64,
    pub lon: f64,
    pub capacity: u32,
    /// Without pools all spaces are one pool, `main`.
    #[serde(default)]
    pub pools: Vec<PoolSpec>,
    pub windows: Vec<WindowSpec>,
    /// Plates that may enter in the windows of residents or staff.
    #[serde(default)]
    pub permits: Vec<PermitSpec>,
    /// Facts for the open-space feed. Absent: unchanged.
    #[serde(default)]
    pub published: Option<PublishedSpec>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermitSpec {
    pub plate: Plate,
    pub audience: Audience,
    /// Absent: any colour. A yellow and a blue plate with the same text are two vehicles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_color: Option<PlateColor>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolSpec {
    pub id: SchoolId,
    pub name: String,
    /// Garage for the pickup of its pupils.
    pub garage: GarageId,
    pub classes: Vec<ClassSpec>,
    /// Absent: unchanged.
    #[serde(default)]
    pub calendar: Option<SchoolCalendarSpec>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSpec {
    pub id: ClassId,
    pub name: String,
    pub pupils: Vec<PupilSpec>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilSpec {
    pub key: String,
    pub name: String,
}

/// A teacher, a guardian, a hall screen's account, or several of these.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSpec {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub teaches: Vec<ClassId>,
    #[serde(default)]
    pub children: Vec<ChildSpec>,
    #[serde(default)]
    pub plates: Vec<Plate>,
    /// Known colours of these plates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plate_colors: BTreeMap<Plate, PlateColor>,
    /// The school whose waiting hall this account shows.
    #[serde(default)]
    pub hall: Option<SchoolId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildSpec {
    /// The pupil's key.
    pub pupil: String,
    /// Such as `母亲`.
    pub relation: String,
    /// A custody block: a car of this person never makes an arrival for this child, even if another guardian uses the car.
    #[serde(default)]
    pub blocked: bool,
}

/// A garage operator. The password is not in this file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorSpec {
    pub username: String,
    pub name: String,
    pub garages: Vec<GarageId>,
}
