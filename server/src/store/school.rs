//! Schools, classes and pupils, and which children a car comes for.

use domain::access::Audience;
use domain::ids::{ClassId, GarageId, SchoolId};
use domain::window::{Weekdays, WeeklyWindow};
use protocol::people::{Class, School};
use uuid::Uuid;

use super::{StoreError, Tx, word};

/// A pupil for whom a car's entry is an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub pupil: Uuid,
    pub class: ClassId,
    pub school: SchoolId,
    /// Relations of the car's guardians to the pupil, such as `母亲、父亲`.
    pub relation: String,
}

/// The pupils that a car comes for at this garage, in a stable order.
///
/// A custody block beats everything else (invariant 7): a pupil is left out when anybody who is blocked for it has
/// this plate, whoever else uses the car.
pub async fn pupils_of_car(
    tx: &mut Tx,
    garage: &GarageId,
    plate_hash: &[u8],
) -> Result<Vec<Expected>, StoreError> {
    let rows: Vec<(String, String, String, String)> = fetch_all!(
        tx,
        "select distinct p.id, p.class_id, c.school_id, g.relation from vehicle v \
         join guardian g on g.person_id = v.person_id join pupil p on p.id = g.pupil_id \
         join class c on c.id = p.class_id join school s on s.id = c.school_id \
         where v.plate_hash = $1 and s.garage_id = $2 and not exists ( \
         select 1 from vehicle bv join guardian bg on bg.person_id = bv.person_id \
         where bv.plate_hash = $1 and bg.pupil_id = p.id and bg.blocked = 1) \
         order by p.id, g.relation",
        plate_hash,
        garage.as_str(),
    )?;
    let mut expected: Vec<Expected> = Vec::new();
    for (pupil, class, school, relation) in rows {
        let pupil = word::uuid("pupil.id", &pupil)?;
        match expected.last_mut().filter(|last| last.pupil == pupil) {
            Some(last) => {
                last.relation.push('、');
                last.relation.push_str(&relation);
            }
            None => expected.push(Expected {
                pupil,
                class: word::parse("pupil.class_id", &class)?,
                school: word::parse("class.school_id", &school)?,
                relation,
            }),
        }
    }
    Ok(expected)
}

/// The class, if this person teaches it.
pub async fn taught_class(tx: &mut Tx, person: Uuid, class: &ClassId) -> Result<Option<Class>, StoreError> {
    let row: Option<ClassRow> = fetch_optional!(
        tx,
        "select c.id, c.name, s.id as school_id, s.name as school_name from teaches t \
         join class c on c.id = t.class_id join school s on s.id = c.school_id \
         where t.person_id = $1 and t.class_id = $2",
        person.to_string(),
        class.as_str(),
    )?;
    row.map(Class::try_from).transpose()
}

pub async fn taught_classes(tx: &mut Tx, person: Uuid) -> Result<Vec<Class>, StoreError> {
    let rows: Vec<ClassRow> = fetch_all!(
        tx,
        "select c.id, c.name, s.id as school_id, s.name as school_name from teaches t \
         join class c on c.id = t.class_id join school s on s.id = c.school_id \
         where t.person_id = $1 order by c.id",
        person.to_string(),
    )?;
    rows.into_iter().map(Class::try_from).collect()
}

/// The school whose waiting hall this person's account shows.
pub async fn hall_of(tx: &mut Tx, person: Uuid) -> Result<Option<School>, StoreError> {
    let row: Option<(String, String)> = fetch_optional!(
        tx,
        "select s.id, s.name from person p join school s on s.id = p.hall_school_id where p.id = $1",
        person.to_string(),
    )?;
    row.map(|(id, name)| Ok(School { id: word::parse("school.id", &id)?, name })).transpose()
}

/// A garage's weekly windows for pickup.
pub async fn pickup_windows(tx: &mut Tx, garage: &GarageId) -> Result<Vec<WeeklyWindow>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = fetch_all!(
        tx,
        "select weekdays, start_minute, length_minutes from garage_window \
         where garage_id = $1 and audience = $2 order by position",
        garage.as_str(),
        word::word(Audience::Pickup),
    )?;
    rows.into_iter().map(|row| window(row).ok_or(StoreError::Corrupt { column: "garage_window" })).collect()
}

fn window((weekdays, start, length): (i64, i64, i64)) -> Option<WeeklyWindow> {
    let days = Weekdays::try_from(u8::try_from(weekdays).ok()?).ok()?;
    let (start, length) = (u32::try_from(start).ok()?, u32::try_from(length).ok()?);
    WeeklyWindow::new(Audience::Pickup, days, start, length).ok()
}

#[derive(sqlx::FromRow)]
struct ClassRow {
    id: String,
    name: String,
    school_id: String,
    school_name: String,
}

impl TryFrom<ClassRow> for Class {
    type Error = StoreError;

    fn try_from(row: ClassRow) -> Result<Self, StoreError> {
        let school = School { id: word::parse("school.id", &row.school_id)?, name: row.school_name };
        Ok(Self { id: word::parse("class.id", &row.id)?, name: row.name, school })
    }
}
