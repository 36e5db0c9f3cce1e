//! Pupils, people and their relations. Ids are text here, as in the database.

use std::collections::{HashMap, HashSet};

use crate::{StoreError, Tx};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PupilRow {
    pub id: String,
    pub class_id: String,
    pub key_hash: Vec<u8>,
    pub name_enc: Vec<u8>,
}

pub async fn pupils(tx: &mut Tx) -> Result<HashMap<Vec<u8>, PupilRow>, StoreError> {
    let rows: Vec<PupilRow> = fetch_all!(tx, "select id, class_id, key_hash, name_enc from pupil")?;
    Ok(rows.into_iter().map(|row| (row.key_hash.clone(), row)).collect())
}

pub async fn insert_pupil(tx: &mut Tx, pupil: &PupilRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into pupil (id, class_id, key_hash, name_enc) values ($1, $2, $3, $4)",
        pupil.id.as_str(),
        pupil.class_id.as_str(),
        pupil.key_hash.as_slice(),
        pupil.name_enc.as_slice(),
    )?;
    Ok(())
}

pub async fn update_pupil(tx: &mut Tx, pupil: &PupilRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "update pupil set class_id = $2, name_enc = $3 where id = $1",
        pupil.id.as_str(),
        pupil.class_id.as_str(),
        pupil.name_enc.as_slice(),
    )?;
    Ok(())
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PersonRow {
    pub id: String,
    pub key_hash: Vec<u8>,
    pub name_enc: Vec<u8>,
    pub hall_school_id: Option<String>,
}

pub async fn people(tx: &mut Tx) -> Result<HashMap<Vec<u8>, PersonRow>, StoreError> {
    let rows: Vec<PersonRow> = fetch_all!(tx, "select id, key_hash, name_enc, hall_school_id from person")?;
    Ok(rows.into_iter().map(|row| (row.key_hash.clone(), row)).collect())
}

pub async fn insert_person(tx: &mut Tx, person: &PersonRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into person (id, key_hash, name_enc, hall_school_id) values ($1, $2, $3, $4)",
        person.id.as_str(),
        person.key_hash.as_slice(),
        person.name_enc.as_slice(),
        person.hall_school_id.as_deref(),
    )?;
    Ok(())
}

pub async fn update_person(tx: &mut Tx, person: &PersonRow) -> Result<(), StoreError> {
    execute!(
        tx,
        "update person set name_enc = $2, hall_school_id = $3 where id = $1",
        person.id.as_str(),
        person.name_enc.as_slice(),
        person.hall_school_id.as_deref(),
    )?;
    Ok(())
}

/// Person and class.
pub async fn teaches(tx: &mut Tx) -> Result<HashSet<(String, String)>, StoreError> {
    let rows: Vec<(String, String)> = fetch_all!(tx, "select person_id, class_id from teaches")?;
    Ok(rows.into_iter().collect())
}

pub async fn insert_teaches(tx: &mut Tx, person: &str, class: &str) -> Result<(), StoreError> {
    execute!(tx, "insert into teaches (person_id, class_id) values ($1, $2)", person, class)?;
    Ok(())
}

pub async fn delete_teaches(tx: &mut Tx, person: &str, class: &str) -> Result<(), StoreError> {
    execute!(tx, "delete from teaches where person_id = $1 and class_id = $2", person, class)?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedGuardianship {
    pub relation: String,
    pub blocked: i64,
}

/// By person and pupil.
pub async fn guardianships(
    tx: &mut Tx,
) -> Result<HashMap<(String, String), ImportedGuardianship>, StoreError> {
    let rows: Vec<(String, String, String, i64)> =
        fetch_all!(tx, "select person_id, pupil_id, relation, blocked from guardian")?;
    let pair =
        |(person, pupil, relation, blocked)| ((person, pupil), ImportedGuardianship { relation, blocked });
    Ok(rows.into_iter().map(pair).collect())
}

pub async fn put_guardianship(
    tx: &mut Tx,
    person: &str,
    pupil: &str,
    guardianship: &ImportedGuardianship,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into guardian (person_id, pupil_id, relation, blocked) values ($1, $2, $3, $4) \
         on conflict (person_id, pupil_id) do update \
         set relation = excluded.relation, blocked = excluded.blocked",
        person,
        pupil,
        guardianship.relation.as_str(),
        guardianship.blocked,
    )?;
    Ok(())
}

pub async fn delete_guardianship(tx: &mut Tx, person: &str, pupil: &str) -> Result<(), StoreError> {
    execute!(tx, "delete from guardian where person_id = $1 and pupil_id = $2", person, pupil)?;
    Ok(())
}

/// Person and keyed hash of the plate.
pub async fn vehicles(tx: &mut Tx) -> Result<HashSet<(String, Vec<u8>)>, StoreError> {
    let rows: Vec<(String, Vec<u8>)> = fetch_all!(tx, "select person_id, plate_hash from vehicle")?;
    Ok(rows.into_iter().collect())
}
