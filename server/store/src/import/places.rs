//! Garages with their permits, schools, classes, operators.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::time::Timestamp;

use crate::seal::SealedValue;
use crate::{StoreError, Tx};

/// A garage's data from a district file.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GarageRow {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub operator_name: String,
    pub address: String,
    pub lat_e6: i64,
    pub lon_e6: i64,
    pub capacity: i64,
}

pub async fn garages(tx: &mut Tx) -> Result<Vec<GarageRow>, StoreError> {
    fetch_all!(
        tx,
        "select id, name, name_en, operator_name, address, lat_e6, lon_e6, capacity from garage order by number"
    )
}

/// A new garage gets the next number and no count, because the number of cars inside is unknown.
pub async fn insert_garage(tx: &mut Tx, garage: &GarageRow, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into garage (id, number, name, name_en, operator_name, address, lat_e6, lon_e6, capacity, \
         created_at, modified_at) \
         values ($1, (select coalesce(max(number), 0) + 1 from garage), $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        garage.id.as_str(),
        garage.name.as_str(),
        garage.name_en.as_str(),
        garage.operator_name.as_str(),
        garage.address.as_str(),
        garage.lat_e6,
        garage.lon_e6,
        garage.capacity,
        now.micros(),
    )?;
    Ok(())
}

pub async fn update_garage(tx: &mut Tx, garage: &GarageRow, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "update garage set name = $2, name_en = $3, operator_name = $4, address = $5, lat_e6 = $6, lon_e6 = $7, \
         capacity = $8, modified_at = $9 where id = $1",
        garage.id.as_str(),
        garage.name.as_str(),
        garage.name_en.as_str(),
        garage.operator_name.as_str(),
        garage.address.as_str(),
        garage.lat_e6,
        garage.lon_e6,
        garage.capacity,
        now.micros(),
    )?;
    Ok(())
}

/// Sets `modified_at` after a change of the garage's pools, windows or permits.
pub async fn touch_garage(tx: &mut Tx, garage: &str, now: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "update garage set modified_at = $2 where id = $1", garage, now.micros())?;
    Ok(())
}

/// Keyed hash of the plate, the audience, and the plate's colour, empty for any.
pub type PermitKey = (Vec<u8>, String, String);

pub async fn permits(tx: &mut Tx, garage: &str) -> Result<BTreeSet<PermitKey>, StoreError> {
    let rows: Vec<PermitKey> =
        fetch_all!(tx, "select plate_hash, audience, plate_color from permit where garage_id = $1", garage)?;
    Ok(rows.into_iter().collect())
}

pub async fn delete_permits(tx: &mut Tx, garage: &str) -> Result<(), StoreError> {
    execute!(tx, "delete from permit where garage_id = $1", garage)?;
    Ok(())
}

pub async fn insert_permit(
    tx: &mut Tx,
    garage: &str,
    plate: &SealedValue,
    audience: &str,
    plate_color: &str,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into permit (garage_id, plate_hash, plate_enc, audience, plate_color) values ($1, $2, $3, $4, $5) \
         on conflict (garage_id, plate_hash, audience, plate_color) do nothing",
        garage,
        plate.hash.as_slice(),
        plate.enc.as_slice(),
        audience,
        plate_color,
    )?;
    Ok(())
}

/// Name and garage of each school.
pub async fn schools(tx: &mut Tx) -> Result<HashMap<String, (String, String)>, StoreError> {
    let rows: Vec<(String, String, String)> = fetch_all!(tx, "select id, name, garage_id from school")?;
    Ok(rows.into_iter().map(|(id, name, garage)| (id, (name, garage))).collect())
}

pub async fn put_school(tx: &mut Tx, id: &str, name: &str, garage: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into school (id, name, garage_id) values ($1, $2, $3) \
         on conflict (id) do update set name = excluded.name, garage_id = excluded.garage_id",
        id,
        name,
        garage,
    )?;
    Ok(())
}

/// Name and school of each class.
pub async fn classes(tx: &mut Tx) -> Result<HashMap<String, (String, String)>, StoreError> {
    let rows: Vec<(String, String, String)> = fetch_all!(tx, "select id, name, school_id from class")?;
    Ok(rows.into_iter().map(|(id, name, school)| (id, (name, school))).collect())
}

pub async fn put_class(tx: &mut Tx, id: &str, name: &str, school: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into class (id, name, school_id) values ($1, $2, $3) \
         on conflict (id) do update set name = excluded.name, school_id = excluded.school_id",
        id,
        name,
        school,
    )?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OperatorRow {
    pub id: String,
    pub username: String,
    pub name: String,
}

pub async fn operators(tx: &mut Tx) -> Result<Vec<OperatorRow>, StoreError> {
    fetch_all!(tx, "select id, username, name from operator")
}

/// Creates an operator without a password: log-in is impossible until one is set.
pub async fn insert_operator(tx: &mut Tx, operator: &OperatorRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into operator (id, username, name) values ($1, $2, $3)",
        operator.id.as_str(),
        operator.username.as_str(),
        operator.name.as_str(),
    )?;
    Ok(())
}

pub async fn update_operator(tx: &mut Tx, operator: &OperatorRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "update operator set name = $2 where id = $1",
        operator.id.as_str(),
        operator.name.as_str()
    )?;
    Ok(())
}

pub async fn operates(tx: &mut Tx, operator: &str) -> Result<HashSet<String>, StoreError> {
    let rows: Vec<(String,)> =
        fetch_all!(tx, "select garage_id from operates where operator_id = $1", operator)?;
    Ok(rows.into_iter().map(|(garage,)| garage).collect())
}

pub async fn insert_operates(tx: &mut Tx, operator: &str, garage: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into operates (operator_id, garage_id) values ($1, $2) \
         on conflict (operator_id, garage_id) do nothing",
        operator,
        garage,
    )?;
    Ok(())
}

pub async fn delete_operates(tx: &mut Tx, operator: &str, garage: &str) -> Result<(), StoreError> {
    execute!(tx, "delete from operates where operator_id = $1 and garage_id = $2", operator, garage)?;
    Ok(())
}
