//! Visits: a car's stay from entry to exit, as far as both were seen.

use domain::access::Audience;
use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::seal::Sealed;
use super::{StoreError, Tx, word};

/// A car that has just driven in.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub garage: &'a GarageId,
    /// Absent where the plate was not read.
    pub plate: Option<&'a Sealed>,
    pub audience: Option<Audience>,
    /// `gate_event.no`.
    pub event: i64,
    pub at: Timestamp,
}

/// A car that has just driven out.
#[derive(Debug, Clone)]
pub struct Exit<'a> {
    pub garage: &'a GarageId,
    pub plate: Option<&'a Sealed>,
    /// `gate_event.no`.
    pub event: i64,
    pub at: Timestamp,
}

/// Opens a visit. The same plate inside already means that its exit was missed: the older visit ends by that.
pub async fn enter(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), StoreError> {
    if let Some(plate) = entry.plate {
        execute!(
            tx,
            "update visit set ended_by = 'exit_missed' \
             where garage_id = $1 and plate_hash = $2 and ended_by is null",
            entry.garage.as_str(),
            plate.hash.as_slice(),
        )?;
    }
    execute!(
        tx,
        "insert into visit (id, garage_id, plate_hash, plate_enc, audience, entry_event, entered_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7().to_string(),
        entry.garage.as_str(),
        entry.plate.map(|plate| plate.hash.as_slice()),
        entry.plate.map(|plate| plate.enc.as_slice()),
        entry.audience.map(word::word),
        entry.event,
        entry.at.micros(),
    )?;
    Ok(())
}

/// Ends the car's visit; a car that was never seen coming in leaves a visit with an unknown entry.
pub async fn leave(tx: &mut Tx, exit: &Exit<'_>) -> Result<(), StoreError> {
    let ended = match exit.plate {
        Some(plate) => end_by_plate(tx, exit, plate).await?,
        None => end_oldest_unread(tx, exit).await?,
    };
    if ended > 0 {
        return Ok(());
    }
    execute!(
        tx,
        "insert into visit (id, garage_id, plate_hash, plate_enc, exit_event, exited_at, ended_by) \
         values ($1, $2, $3, $4, $5, $6, 'exit')",
        Uuid::now_v7().to_string(),
        exit.garage.as_str(),
        exit.plate.map(|plate| plate.hash.as_slice()),
        exit.plate.map(|plate| plate.enc.as_slice()),
        exit.event,
        exit.at.micros(),
    )?;
    Ok(())
}

async fn end_by_plate(tx: &mut Tx, exit: &Exit<'_>, plate: &Sealed) -> Result<u64, StoreError> {
    execute!(
        tx,
        "update visit set exit_event = $3, exited_at = $4, ended_by = 'exit' \
         where garage_id = $1 and plate_hash = $2 and ended_by is null",
        exit.garage.as_str(),
        plate.hash.as_slice(),
        exit.event,
        exit.at.micros(),
    )
}

/// A car that nobody could read going out is taken for one that nobody could read coming in.
async fn end_oldest_unread(tx: &mut Tx, exit: &Exit<'_>) -> Result<u64, StoreError> {
    execute!(
        tx,
        "update visit set exit_event = $2, exited_at = $3, ended_by = 'exit' where id = \
         (select id from visit where garage_id = $1 and plate_hash is null and ended_by is null \
          and exit_event is null and entry_event is not null order by entered_at limit 1)",
        exit.garage.as_str(),
        exit.event,
        exit.at.micros(),
    )
}

/// A visit's facts; for tests and reports.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    pub audience: Option<String>,
    pub entered_at: Option<i64>,
    pub exited_at: Option<i64>,
    pub ended_by: Option<String>,
}

/// All visits of a plate to a garage, oldest first; rows older than the retention have lost their plate.
pub async fn of_plate(tx: &mut Tx, garage: &GarageId, plate_hash: &[u8]) -> Result<Vec<Stored>, StoreError> {
    fetch_all!(
        tx,
        "select audience, entered_at, exited_at, ended_by from visit \
         where garage_id = $1 and plate_hash = $2 order by coalesce(entered_at, exited_at)",
        garage.as_str(),
        plate_hash,
    )
}

/// Sealed plates of the cars inside, those that came first in front.
pub async fn plates_inside(tx: &mut Tx, garage: &GarageId) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows: Vec<(Vec<u8>,)> = fetch_all!(
        tx,
        "select plate_enc from visit where garage_id = $1 and ended_by is null and plate_enc is not null \
         order by entered_at limit 10000",
        garage.as_str(),
    )?;
    Ok(rows.into_iter().map(|(plate,)| plate).collect())
}
