//! Reads of the allocator.

use std::collections::HashMap;

use domain::ids::{GarageId, ReservationId};

use super::row::{ReservationRow, select};
use super::{ReservationCreator, StoredReservation};
use crate::book::BookVersion;
use crate::{StoreError, Tx, codec};

/// A client's key with its garage and author; identifies at most one reservation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientReservationKey {
    pub garage: GarageId,
    pub made_by: ReservationCreator,
    pub key: String,
}

/// All live reservations of these garages.
pub async fn live(tx: &mut Tx, garages: &[GarageId]) -> Result<Vec<StoredReservation>, StoreError> {
    if garages.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ReservationRow> = fetch_rows!(
        tx,
        select!("where r.live = 1 and r.garage_id in ("),
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        ")"
    )?;
    rows.into_iter().map(ReservationRow::stored).collect()
}

/// Garages with live reservations, with the versions of their books.
pub async fn live_garages(tx: &mut Tx) -> Result<Vec<(GarageId, BookVersion)>, StoreError> {
    let rows: Vec<(String, BookVersion)> = fetch_all!(
        tx,
        "select garage_id, version from book b where exists \
         (select 1 from reservation r where r.garage_id = b.garage_id and r.live = 1) order by garage_id",
    )?;
    rows.into_iter().map(|(id, version)| Ok((codec::parse("book.garage_id", &id)?, version))).collect()
}

pub async fn by_ids(tx: &mut Tx, ids: &[ReservationId]) -> Result<Vec<StoredReservation>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ReservationRow> = fetch_rows!(
        tx,
        select!("where r.id in ("),
        ids,
        |row, id| {
            row.push_bind(id.to_string());
        },
        ")"
    )?;
    rows.into_iter().map(ReservationRow::stored).collect()
}

/// The reservations stored under these keys.
pub async fn by_keys(
    tx: &mut Tx,
    keys: &[ClientReservationKey],
) -> Result<HashMap<ClientReservationKey, StoredReservation>, StoreError> {
    let mut found = HashMap::new();
    // Three values a key: a chunk stays below SQLite's limit of 32,766 values.
    for chunk in keys.chunks(2048) {
        for row in by_keys_of(tx, chunk).await? {
            let stored = row.stored()?;
            let (garage, made_by) = (stored.garage.clone(), stored.details.made_by.clone());
            let Some(key) = stored.details.client_key.clone() else { continue };
            found.insert(ClientReservationKey { garage, made_by, key }, stored);
        }
    }
    Ok(found)
}

/// As in `write`: PostgreSQL gets the same statement for any number of keys.
async fn by_keys_of(tx: &mut Tx, keys: &[ClientReservationKey]) -> Result<Vec<ReservationRow>, StoreError> {
    match tx {
        Tx::Sqlite(_) => fetch_rows!(
            tx,
            select!("join ("),
            keys,
            |row, key| {
                row.push_bind(key.garage.as_str()).push_bind(key.made_by.text()).push_bind(key.key.as_str());
            },
            ") as v on r.garage_id = v.column1 and r.made_by = v.column2 and r.client_key = v.column3"
        ),
        Tx::Postgres(tx) => {
            const SQL: &str = select!(
                "join unnest($1::text[], $2::text[], $3::text[]) as v (column1, column2, column3) \
                 on r.garage_id = v.column1 and r.made_by = v.column2 and r.client_key = v.column3"
            );
            Ok(sqlx::query_as(SQL)
                .bind(keys.iter().map(|key| key.garage.as_str()).collect::<Vec<_>>())
                .bind(keys.iter().map(|key| key.made_by.text()).collect::<Vec<_>>())
                .bind(keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>())
                .fetch_all(&mut **tx)
                .await?)
        }
    }
}
