//! Schools, classes and pupils, and the children that a car picks up.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{ClassId, GarageId, PersonId, PupilId, SchoolId};
use protocol::people::{SchoolClass, SchoolReference};

use super::{StoreError, Tx, codec};

/// A pupil whose arrival a car's entry creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedPupil {
    pub pupil: PupilId,
    pub class: ClassId,
    pub school: SchoolId,
    /// Relations of the car's guardians to the pupil, such as `母亲、父亲`.
    pub relation: String,
    /// The device did not report the car's colour, and vehicles with this plate text are registered in several
    /// colours.
    pub several_vehicles: bool,
}

/// A car inside a garage: the garage and the hash of the plate.
pub type CarInside<'a> = (&'a GarageId, &'a [u8]);

/// A car at a gate: the garage, the hash of the plate, and the wire name of its colour, empty if unknown.
pub type CarAtGate<'a> = (&'a GarageId, &'a [u8], String);

/// Key of a [`CarAtGate`].
pub type CarAtGateKey = (GarageId, Vec<u8>, String);

type ExpectedPupilRow = (String, Vec<u8>, String, String, String, String, String, i64);

/// The pupils that each car picks up, in a stable order. Cars without pupils are absent.
///
/// A custody block overrides everything else (invariant 7): a pupil is absent if any person who is blocked from it
/// has this plate, no matter who else uses the car. Two plates of one text are two vehicles if both colours are known
/// and differ.
pub async fn pupils_of_cars(
    tx: &mut Tx,
    cars: &[CarAtGate<'_>],
) -> Result<HashMap<CarAtGateKey, Vec<ExpectedPupil>>, StoreError> {
    if cars.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<ExpectedPupilRow> = fetch_rows!(
        tx,
        "select distinct s.garage_id, v.plate_hash, car.column3, p.id, p.class_id, c.school_id, g.relation, \
         case when car.column3 = '' then (select count(distinct k.plate_color) from vehicle k \
         where k.plate_hash = car.column2 and k.plate_color <> '') else 0 end as colors from (",
        cars,
        |row, car| {
            row.push_bind(car.0.as_str()).push_bind(car.1).push_bind(car.2.as_str());
        },
        ") as car join vehicle v on v.plate_hash = car.column2 \
         and (car.column3 = '' or v.plate_color in ('', car.column3)) \
         join guardian g on g.person_id = v.person_id join pupil p on p.id = g.pupil_id \
         join class c on c.id = p.class_id \
         join school s on s.id = c.school_id and s.garage_id = car.column1 \
         where not exists (select 1 from vehicle bv join guardian bg on bg.person_id = bv.person_id \
         where bv.plate_hash = v.plate_hash and (car.column3 = '' or bv.plate_color in ('', car.column3)) and bg.pupil_id = p.id and bg.blocked = 1) \
         order by 1, 2, 3, p.id, g.relation"
    )?;
    let mut pupils: HashMap<_, Vec<ExpectedPupil>> = HashMap::new();
    for (garage, plate_hash, color, pupil, class, school, relation, colors) in rows {
        let garage = codec::parse("school.garage_id", &garage)?;
        let pupil = codec::id("pupil.id", &pupil)?;
        let expected = pupils.entry((garage, plate_hash, color)).or_default();
        match expected.last_mut().filter(|last| last.pupil == pupil) {
            Some(last) => {
                last.relation.push('、');
                last.relation.push_str(&relation);
            }
            None => expected.push(ExpectedPupil {
                pupil,
                class: codec::parse("pupil.class_id", &class)?,
                school: codec::parse("class.school_id", &school)?,
                relation,
                several_vehicles: colors > 1,
            }),
        }
    }
    Ok(pupils)
}

/// The class, if this person teaches it.
pub async fn taught_class(
    tx: &mut Tx,
    person: PersonId,
    class: &ClassId,
) -> Result<Option<SchoolClass>, StoreError> {
    let row: Option<ClassRow> = fetch_optional!(
        tx,
        "select c.id, c.name, s.id as school_id, s.name as school_name from teaches t \
         join class c on c.id = t.class_id join school s on s.id = c.school_id \
         where t.person_id = $1 and t.class_id = $2",
        person.to_string(),
        class.as_str(),
    )?;
    row.map(SchoolClass::try_from).transpose()
}

pub async fn taught_classes(tx: &mut Tx, person: PersonId) -> Result<Vec<SchoolClass>, StoreError> {
    let rows: Vec<ClassRow> = fetch_all!(
        tx,
        "select c.id, c.name, s.id as school_id, s.name as school_name from teaches t \
         join class c on c.id = t.class_id join school s on s.id = c.school_id \
         where t.person_id = $1 order by c.id",
        person.to_string(),
    )?;
    rows.into_iter().map(SchoolClass::try_from).collect()
}

/// Classes of the schools that use this garage for pickup.
pub async fn classes_at(tx: &mut Tx, garage: &GarageId) -> Result<BTreeSet<ClassId>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select c.id from class c join school s on s.id = c.school_id where s.garage_id = $1",
        garage.as_str(),
    )?;
    rows.into_iter().map(|(id,)| codec::parse("class.id", &id)).collect()
}

/// The school whose waiting-hall screen this person's account shows.
pub async fn hall_of(tx: &mut Tx, person: PersonId) -> Result<Option<SchoolReference>, StoreError> {
    let row: Option<(String, String)> = fetch_optional!(
        tx,
        "select s.id, s.name from person p join school s on s.id = p.hall_school_id where p.id = $1",
        person.to_string(),
    )?;
    row.map(|(id, name)| Ok(SchoolReference { id: codec::parse("school.id", &id)?, name })).transpose()
}

#[derive(sqlx::FromRow)]
struct ClassRow {
    id: String,
    name: String,
    school_id: String,
    school_name: String,
}

impl TryFrom<ClassRow> for SchoolClass {
    type Error = StoreError;

    fn try_from(row: ClassRow) -> Result<Self, StoreError> {
        let school =
            SchoolReference { id: codec::parse("school.id", &row.school_id)?, name: row.school_name };
        Ok(Self { id: codec::parse("class.id", &row.id)?, name: row.name, school })
    }
}
