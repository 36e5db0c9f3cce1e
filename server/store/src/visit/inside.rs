//! Cars inside, for an operator's inventory.

use std::collections::HashSet;

use domain::ids::{GarageId, VisitId};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::seal::SealedValue;
use crate::{StoreError, Tx, codec};

/// More visits than any garage has spaces.
const MOST: i64 = 20_000;

/// A visit that has not ended.
#[derive(Debug, Clone)]
pub struct OpenVisit {
    pub id: VisitId,
    pub plate: Option<SealedValue>,
    pub entered_at: Timestamp,
}

type OpenVisitRow = (String, Option<Vec<u8>>, Option<Vec<u8>>, i64);

/// The garage's open visits, oldest first.
pub async fn open(tx: &mut Tx, garage: &GarageId) -> Result<Vec<OpenVisit>, StoreError> {
    let rows: Vec<OpenVisitRow> = fetch_all!(
        tx,
        "select id, plate_hash, plate_enc, entered_at from visit where garage_id = $1 and ended_by is null \
         and entered_at is not null order by entered_at, id limit $2",
        garage.as_str(),
        MOST,
    )?;
    let open = |(id, hash, enc, at): OpenVisitRow| {
        let plate = hash.zip(enc).map(|(hash, enc)| SealedValue { hash, enc });
        Ok(OpenVisit { id: codec::id("visit.id", &id)?, plate, entered_at: Timestamp::from_micros(at) })
    };
    rows.into_iter().map(open).collect()
}

/// Plate hashes of the cars that have left since `since`, and the number of cars without a plate that have left.
pub async fn left_since(
    tx: &mut Tx,
    garage: &GarageId,
    since: Timestamp,
) -> Result<(HashSet<Vec<u8>>, u32), StoreError> {
    let rows: Vec<(Option<Vec<u8>>,)> = fetch_all!(
        tx,
        "select plate_hash from visit where garage_id = $1 and ended_by = 'exit' and exited_at >= $2 limit $3",
        garage.as_str(),
        since.micros(),
        MOST,
    )?;
    let all = rows.len();
    let read: Vec<Vec<u8>> = rows.into_iter().filter_map(|(hash,)| hash).collect();
    let unread = u32::try_from(all - read.len()).unwrap_or(u32::MAX);
    Ok((read.into_iter().collect(), unread))
}

/// Ends the visits of cars that the inventory did not find; the inventory sets the count.
pub async fn end_ghosts(tx: &mut Tx, ghosts: &[VisitId]) -> Result<(), StoreError> {
    if ghosts.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "update visit set ended_by = 'exit_missed', ended_why = 'inventory', book_due = 1 from (",
        ghosts,
        |row, id| {
            row.push_bind(id.to_string());
        },
        ") as v where visit.id = v.column1 and visit.ended_by is null"
    )?;
    Ok(())
}

/// Adds plates to visits whose plates were not read at entry.
pub async fn name(tx: &mut Tx, named: &[(VisitId, SealedValue)]) -> Result<(), StoreError> {
    if named.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "update visit set plate_hash = v.column2, plate_enc = v.column3, book_due = 1 from (",
        named,
        |row, car| {
            row.push_bind(car.0.to_string()).push_bind(car.1.hash.as_slice()).push_bind(car.1.enc.as_slice());
        },
        ") as v where visit.id = v.column1"
    )?;
    Ok(())
}

/// Begins visits of cars that were found inside and have no known entry.
pub async fn found(
    tx: &mut Tx,
    garage: &GarageId,
    cars: &[SealedValue],
    at: Timestamp,
) -> Result<(), StoreError> {
    if cars.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "insert into visit (id, garage_id, plate_hash, plate_enc, entered_at, book_due) ",
        cars,
        |row, car| {
            row.push_bind(Uuid::now_v7().to_string())
                .push_bind(garage.as_str())
                .push_bind(car.hash.as_slice())
                .push_bind(car.enc.as_slice())
                .push_bind(at.micros())
                .push_bind(1_i64);
        },
        ""
    )?;
    Ok(())
}
