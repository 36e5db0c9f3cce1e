//! People, the WeChat accounts that they are bound to, their children and their cars.

use domain::access::Audience;
use domain::ids::{ClassId, GarageId, PersonId, PupilId, SchoolId, VehicleId};
use domain::time::Timestamp;
use domain::vehicle::PlateColor;

use super::seal::SealedValue;
use super::visit::color_word;
use super::{StoreError, Tx, codec};

/// A person's name, sealed.
pub async fn name_enc(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> =
        fetch_optional!(tx, "select name_enc from person where id = $1", person.to_string())?;
    Ok(row.map(|(name,)| name))
}

/// The person with the school's own number.
pub async fn by_key(tx: &mut Tx, key_hash: &[u8]) -> Result<Option<PersonId>, StoreError> {
    id_of(fetch_optional!(tx, "select id from person where key_hash = $1", key_hash)?)
}

pub async fn by_openid(tx: &mut Tx, openid_hash: &[u8]) -> Result<Option<PersonId>, StoreError> {
    id_of(fetch_optional!(tx, "select id from person where openid_hash = $1", openid_hash)?)
}

fn id_of(row: Option<(String,)>) -> Result<Option<PersonId>, StoreError> {
    row.map(|(id,)| codec::id("person.id", &id)).transpose()
}

/// Whether the person is bound to some WeChat account.
pub async fn is_bound(tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = fetch_optional!(
        tx,
        "select cast(1 as bigint) from person where id = $1 and openid_hash is not null",
        person.to_string(),
    )?;
    Ok(row.is_some())
}

/// Stores a driver without a school, bound to a WeChat account; `false` if a person is bound to this account already.
pub async fn insert_driver(
    tx: &mut Tx,
    id: PersonId,
    key_hash: &[u8],
    name_enc: &[u8],
    openid: &SealedValue,
) -> Result<bool, StoreError> {
    let inserted = execute!(
        tx,
        "insert into person (id, key_hash, name_enc, openid_hash, openid_enc) values ($1, $2, $3, $4, $5) \
         on conflict (openid_hash) do nothing",
        id.to_string(),
        key_hash,
        name_enc,
        openid.hash.as_slice(),
        openid.enc.as_slice(),
    )?;
    Ok(inserted == 1)
}

pub async fn bind(tx: &mut Tx, person: PersonId, openid: &SealedValue) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update person set openid_hash = $2, openid_enc = $3 where id = $1",
        person.to_string(),
        openid.hash.as_slice(),
        openid.enc.as_slice(),
    )?;
    Ok(changed == 1)
}

pub async fn unbind(tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update person set openid_hash = null, openid_enc = null where id = $1",
        person.to_string(),
    )?;
    Ok(changed == 1)
}

/// Locks the person's row until the commit, so that counts of the person's rows stay correct. An update that changes
/// nothing is a row lock on PostgreSQL; SQLite has one writer.
pub async fn lock(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    execute!(tx, "update person set id = id where id = $1", person.to_string())?;
    Ok(())
}

/// A child of a guardian who is not blocked from it.
#[derive(Debug, Clone)]
pub struct StoredChild {
    pub pupil: PupilId,
    pub name_enc: Vec<u8>,
    pub class: ClassId,
    pub class_name: String,
    pub school: SchoolId,
    /// The garage of the school's parents.
    pub garage: GarageId,
    pub relation: String,
}

#[derive(sqlx::FromRow)]
struct ChildRow {
    pupil_id: String,
    name_enc: Vec<u8>,
    class_id: String,
    class_name: String,
    school_id: String,
    garage_id: String,
    relation: String,
}

impl TryFrom<ChildRow> for StoredChild {
    type Error = StoreError;

    fn try_from(row: ChildRow) -> Result<Self, StoreError> {
        Ok(Self {
            pupil: codec::id("guardian.pupil_id", &row.pupil_id)?,
            name_enc: row.name_enc,
            class: codec::parse("pupil.class_id", &row.class_id)?,
            class_name: row.class_name,
            school: codec::parse("class.school_id", &row.school_id)?,
            garage: codec::parse("school.garage_id", &row.garage_id)?,
            relation: row.relation,
        })
    }
}

/// The person's children, without those from which the person is blocked.
pub async fn children(tx: &mut Tx, person: PersonId) -> Result<Vec<StoredChild>, StoreError> {
    let rows: Vec<ChildRow> = fetch_all!(
        tx,
        "select g.pupil_id, p.name_enc, p.class_id, c.name as class_name, c.school_id, s.garage_id, g.relation \
         from guardian g join pupil p on p.id = g.pupil_id join class c on c.id = p.class_id \
         join school s on s.id = c.school_id where g.person_id = $1 and g.blocked = 0 order by c.id, p.id",
        person.to_string(),
    )?;
    rows.into_iter().map(StoredChild::try_from).collect()
}

/// A person's registered car.
#[derive(Debug, Clone)]
pub struct RegisteredVehicle {
    pub id: VehicleId,
    pub plate_enc: Vec<u8>,
    pub plate_color: Option<PlateColor>,
}

pub async fn vehicles(tx: &mut Tx, person: PersonId) -> Result<Vec<RegisteredVehicle>, StoreError> {
    let rows: Vec<(String, Vec<u8>, String)> = fetch_all!(
        tx,
        "select id, plate_enc, plate_color from vehicle where person_id = $1 order by created_at, id",
        person.to_string(),
    )?;
    let vehicle = |(id, plate_enc, color): (String, Vec<u8>, String)| {
        let plate_color = known_color("vehicle.plate_color", &color)?;
        Ok(RegisteredVehicle { id: codec::id("vehicle.id", &id)?, plate_enc, plate_color })
    };
    rows.into_iter().map(vehicle).collect()
}

/// Stores a vehicle; `false` if the person has this plate already.
pub async fn insert_vehicle(
    tx: &mut Tx,
    id: VehicleId,
    person: PersonId,
    plate: &SealedValue,
    color: Option<PlateColor>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "insert into vehicle (id, person_id, plate_hash, plate_enc, created_at, plate_color) values ($1, $2, $3, $4, $5, $6) \
         on conflict (person_id, plate_hash) do nothing",
        id.to_string(),
        person.to_string(),
        plate.hash.as_slice(),
        plate.enc.as_slice(),
        now.micros(),
        color_word(color),
    )?;
    Ok(changed == 1)
}

/// Sets the colour of a registered plate from the district file; `false` if the vehicle has that colour already or
/// does not exist.
pub async fn set_vehicle_color(
    tx: &mut Tx,
    person: PersonId,
    plate_hash: &[u8],
    color: PlateColor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update vehicle set plate_color = $3 where person_id = $1 and plate_hash = $2 and plate_color <> $3",
        person.to_string(),
        plate_hash,
        color_word(Some(color)),
    )?;
    Ok(changed == 1)
}

/// Parses a stored colour; an empty text is an unknown colour.
pub(super) fn known_color(column: &'static str, text: &str) -> Result<Option<PlateColor>, StoreError> {
    if text.is_empty() { Ok(None) } else { codec::parse(column, text).map(Some) }
}

/// Deletes a vehicle; `false` if this person has no such vehicle.
pub async fn delete_vehicle(tx: &mut Tx, id: VehicleId, person: PersonId) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "delete from vehicle where id = $1 and person_id = $2",
        id.to_string(),
        person.to_string(),
    )?;
    Ok(changed == 1)
}

/// Hashes of the person's plates.
pub async fn plate_hashes(tx: &mut Tx, person: PersonId) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows: Vec<(Vec<u8>,)> = fetch_all!(
        tx,
        "select plate_hash from vehicle where person_id = $1 order by id",
        person.to_string()
    )?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// A permit of one of a person's plates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPermit {
    pub garage: GarageId,
    pub plate_hash: Vec<u8>,
    pub audience: Audience,
}

pub async fn permits(tx: &mut Tx, person: PersonId) -> Result<Vec<StoredPermit>, StoreError> {
    let rows: Vec<(String, Vec<u8>, String)> = fetch_all!(
        tx,
        "select p.garage_id, p.plate_hash, p.audience from vehicle v join permit p on p.plate_hash = v.plate_hash \
         where v.person_id = $1 order by p.garage_id, p.audience",
        person.to_string(),
    )?;
    let permit = |(garage, plate_hash, audience): (String, Vec<u8>, String)| {
        Ok(StoredPermit {
            garage: codec::parse("permit.garage_id", &garage)?,
            plate_hash,
            audience: codec::parse("permit.audience", &audience)?,
        })
    };
    rows.into_iter().map(permit).collect()
}

/// Moves all plates, reservations and notices of `from` to `to`. A plate that both have is kept once.
pub async fn hand_over(tx: &mut Tx, from: PersonId, to: PersonId) -> Result<(), StoreError> {
    let (from, to) = (from.to_string(), to.to_string());
    execute!(
        tx,
        "delete from vehicle where person_id = $1 and plate_hash in \
         (select plate_hash from vehicle where person_id = $2)",
        from.as_str(),
        to.as_str(),
    )?;
    execute!(tx, "update vehicle set person_id = $2 where person_id = $1", from.as_str(), to.as_str())?;
    execute!(tx, "update reservation set person_id = $2 where person_id = $1", from.as_str(), to.as_str())?;
    execute!(tx, "update notice set person_id = $2 where person_id = $1", from.as_str(), to.as_str())?;
    Ok(())
}

/// Garages where the person has live reservations, in order of their ids, which is the lock order.
pub async fn reserved_garages(tx: &mut Tx, person: PersonId) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select distinct garage_id from reservation where person_id = $1 and live = 1 order by garage_id",
        person.to_string(),
    )?;
    rows.into_iter().map(|(garage,)| codec::parse("reservation.garage_id", &garage)).collect()
}
