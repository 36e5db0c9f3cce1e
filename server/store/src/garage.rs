//! Garages: master data, counts of the cars inside, admitted plates.

use std::collections::BTreeMap;

use domain::access::Audience;
use domain::ids::{ClassId, GarageId};
use domain::time::Timestamp;
use domain::vehicle::PlateColor;

use super::person::known_color;
use super::{StoreError, Tx, codec};

#[derive(Debug, Clone)]
pub struct StoredGarage {
    pub id: GarageId,
    /// Stable number for interfaces that require one.
    pub number: i64,
    pub name: String,
    pub name_en: String,
    pub operator_name: String,
    pub address: String,
    /// WGS-84, millionths of a degree.
    pub lat_e6: i64,
    pub lon_e6: i64,
    pub capacity: u32,
    /// Null: no data, which is not 0.
    pub occupied: Option<i64>,
    pub count_changed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// Change of a garage's count.
#[derive(Debug, Clone)]
pub struct GarageCountChange {
    pub garage: GarageId,
    pub delta: i64,
}

#[derive(sqlx::FromRow)]
struct GarageFactsRow {
    id: String,
    number: i64,
    name: String,
    name_en: String,
    operator_name: String,
    address: String,
    lat_e6: i64,
    lon_e6: i64,
    capacity: i64,
    occupied: Option<i64>,
    count_changed_at: Option<i64>,
    created_at: i64,
    modified_at: i64,
}

/// The select list of every read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, number, name, name_en, operator_name, address, lat_e6, lon_e6, capacity, occupied, \
             count_changed_at, created_at, modified_at from garage ",
            $rest
        )
    };
}

impl TryFrom<GarageFactsRow> for StoredGarage {
    type Error = StoreError;

    fn try_from(row: GarageFactsRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: codec::parse("garage.id", &row.id)?,
            number: row.number,
            name: row.name,
            name_en: row.name_en,
            operator_name: row.operator_name,
            address: row.address,
            lat_e6: row.lat_e6,
            lon_e6: row.lon_e6,
            capacity: u32::try_from(row.capacity)
                .map_err(|_| StoreError::Corrupt { column: "garage.capacity" })?,
            occupied: row.occupied,
            count_changed_at: row.count_changed_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
            modified_at: Timestamp::from_micros(row.modified_at),
        })
    }
}

pub async fn find(tx: &mut Tx, id: &GarageId) -> Result<Option<StoredGarage>, StoreError> {
    let row: Option<GarageFactsRow> = fetch_optional!(tx, select!("where id = $1"), id.as_str())?;
    row.map(StoredGarage::try_from).transpose()
}

/// Every garage of the district, by number. There are at most hundreds.
pub async fn all(tx: &mut Tx) -> Result<Vec<StoredGarage>, StoreError> {
    let rows: Vec<GarageFactsRow> = fetch_all!(tx, select!("order by number"))?;
    rows.into_iter().map(StoredGarage::try_from).collect()
}

/// The garages that an operator runs, by number.
pub async fn of_operator(tx: &mut Tx, operator: &str) -> Result<Vec<StoredGarage>, StoreError> {
    let rows: Vec<GarageFactsRow> = fetch_all!(
        tx,
        select!("where id in (select garage_id from operates where operator_id = $1) order by number"),
        operator,
    )?;
    rows.into_iter().map(StoredGarage::try_from).collect()
}

/// Adds to the counts and returns the new ones. A garage without a count starts at 0, because its gateway has
/// reported. An operator's correction adds the cars that were inside before.
pub async fn add_to_counts(
    tx: &mut Tx,
    changes: &[GarageCountChange],
    at: Timestamp,
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let rows: Vec<(String, i64)> = fetch_rows!(
        tx,
        "update garage set occupied = coalesce(occupied, 0) + v.column2, count_changed_at = v.column3 from (",
        changes,
        |row, change| {
            row.push_bind(change.garage.as_str()).push_bind(change.delta).push_bind(at.micros());
        },
        ") as v where garage.id = v.column1 returning garage.id, garage.occupied"
    )?;
    rows.into_iter().map(|(garage, count)| Ok((codec::parse("garage.id", &garage)?, count))).collect()
}

/// Reads the garage and locks its row until the commit, so that no other transaction changes the count. Other
/// transactions can still insert rows that reference the garage. SQLite has one writer and needs no lock.
pub async fn lock(tx: &mut Tx, id: &GarageId) -> Result<Option<StoredGarage>, StoreError> {
    let row: Option<GarageFactsRow> = match tx {
        Tx::Sqlite(_) => fetch_optional!(tx, select!("where id = $1"), id.as_str())?,
        Tx::Postgres(_) => fetch_optional!(tx, select!("where id = $1 for no key update"), id.as_str())?,
    };
    row.map(StoredGarage::try_from).transpose()
}

/// Replaces the count. The caller holds [`lock`] and writes an adjustment in the same transaction.
pub async fn set_count(
    tx: &mut Tx,
    garage: &GarageId,
    occupied: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "update garage set occupied = $2, count_changed_at = $3 where id = $1",
        garage.as_str(),
        occupied,
        at.micros(),
    )?;
    Ok(())
}

/// How many times a plate is known: as expected at the garage (permits, live reservations, guardians' vehicles), and
/// as a registered vehicle anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownPlateCounts {
    pub expected: i64,
    pub registered: i64,
}

pub async fn known_plate(
    tx: &mut Tx,
    garage: &GarageId,
    plate_hash: &[u8],
) -> Result<KnownPlateCounts, StoreError> {
    fetch_one!(
        tx,
        "select (select count(*) from permit where garage_id = $1 and plate_hash = $2) \
         + (select count(*) from reservation where garage_id = $1 and plate_hash = $2 and live = 1) \
         + (select count(*) from vehicle v join guardian gd on gd.person_id = v.person_id and gd.blocked = 0 \
         join pupil p on p.id = gd.pupil_id join class c on c.id = p.class_id join school s on s.id = c.school_id \
         where s.garage_id = $1 and v.plate_hash = $2) as expected, \
         (select count(*) from vehicle where plate_hash = $2) as registered",
        garage.as_str(),
        plate_hash,
    )
}

/// A sealed plate and the audience under which it may enter.
#[derive(Debug, Clone)]
pub struct PermittedPlate {
    pub plate_enc: Vec<u8>,
    pub audience: Audience,
    /// Absent: any.
    pub color: Option<PlateColor>,
}

/// Sealed plates with the audience under which they may enter: the garage's permits, and as pickup every plate of a
/// guardian who is not blocked from some pupil of a school that uses the garage.
pub async fn permitted_plates(tx: &mut Tx, garage: &GarageId) -> Result<Vec<PermittedPlate>, StoreError> {
    let permits: Vec<(Vec<u8>, String, String)> = fetch_all!(
        tx,
        "select plate_enc, audience, plate_color from permit where garage_id = $1",
        garage.as_str()
    )?;
    let guardians: Vec<(Vec<u8>, String)> = fetch_all!(
        tx,
        "select v.plate_enc, v.plate_color from vehicle v where v.person_id in \
         (select gd.person_id from guardian gd join pupil p on p.id = gd.pupil_id \
          join class c on c.id = p.class_id join school s on s.id = c.school_id \
          where s.garage_id = $1 and gd.blocked = 0)",
        garage.as_str(),
    )?;
    let mut plates = Vec::with_capacity(permits.len() + guardians.len());
    for (plate_enc, audience, color) in permits {
        let audience = codec::parse("permit.audience", &audience)?;
        plates.push(PermittedPlate {
            plate_enc,
            audience,
            color: known_color("permit.plate_color", &color)?,
        });
    }
    for (plate_enc, color) in guardians {
        let color = known_color("vehicle.plate_color", &color)?;
        plates.push(PermittedPlate { plate_enc, audience: Audience::Pickup, color });
    }
    Ok(plates)
}

/// Plate colours of live reservations that state one, by reservation.
pub async fn reservation_colors(
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<BTreeMap<String, PlateColor>, StoreError> {
    let rows: Vec<(String, String)> = fetch_all!(
        tx,
        "select r.id, v.plate_color from reservation r join vehicle v on v.person_id = r.person_id \
         and v.plate_hash = r.plate_hash and v.plate_color <> '' where r.garage_id = $1 and r.live = 1",
        garage.as_str(),
    )?;
    rows.into_iter().map(|(id, color)| Ok((id, codec::parse("vehicle.plate_color", &color)?))).collect()
}

/// Sealed plates of guardians with the classes of their children, if some class of the garage's schools has its own
/// pickup time; otherwise empty.
pub async fn plates_by_staggered_school(
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<(Vec<u8>, ClassId)>, StoreError> {
    let rows: Vec<(Vec<u8>, String)> = fetch_all!(
        tx,
        "select v.plate_enc, p.class_id from vehicle v join guardian gd on gd.person_id = v.person_id \
         join pupil p on p.id = gd.pupil_id join class c on c.id = p.class_id join school s on s.id = c.school_id \
         where s.garage_id = $1 and gd.blocked = 0 and exists \
         (select 1 from shared_window w join window_stagger t on t.window_id = w.id \
          where w.garage_id = $1 and w.ended_at is null) order by p.class_id, v.plate_enc",
        garage.as_str(),
    )?;
    rows.into_iter().map(|(plate, class)| Ok((plate, codec::parse("pupil.class_id", &class)?))).collect()
}
